//! Until the library has it.
use densely::Float;
pub trait Workers<F: Float>: std::fmt::Debug + Send {
    fn rank(&self) -> usize;
    fn count(&self) -> usize;
    fn sum<'g>(&mut self, numbers: &mut [f64], gradients: &mut dyn Iterator<Item = &'g mut [F]>) -> densely::Result<()>
    where
        F: 'g;
}
