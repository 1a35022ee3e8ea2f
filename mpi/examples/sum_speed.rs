use densely::Workers;
use densely_mpi::Job;
use mpi::traits::*;
use std::time::Instant;
fn main() -> std::process::ExitCode {
    densely_mpi::run(measure)
}
fn measure(job: &Job) -> Result<std::process::ExitCode, densely_mpi::Mistake> {
    let world = job.world();
    let mut workers = job.workers::<f32>();
    let which = std::env::args().nth(1).unwrap_or("own".into());
    for slices in [&[1280, 10, 100352, 128][..], &[5120, 10, 262144, 512, 401408, 512]] {
        let mut data: Vec<Vec<f32>> =
            slices.iter().map(|&n| vec![world.rank() as f32 + 1.0; n]).collect();
        let mut send = vec![0f32; 500000];
        let mut times = Vec::new();
        for i in 0..1100 {
            for d in &mut data {
                d.fill(world.rank() as f32 + 1.0);
            }
            world.barrier();
            let start = Instant::now();
            match which.as_str() {
                "own" => {
                    let mut numbers = [1.0, 2.0];
                    workers.sum(&mut numbers, &mut data.iter_mut().map(|v| &mut v[..])).unwrap();
                }
                "full" => {
                    for d in &mut data {
                        let other = world.process_at_rank(1 - world.rank());
                        let s = &mut send[..d.len()];
                        mpi::request::scope(|scope| {
                            let r = other.immediate_receive_into(scope, &mut s[..]);
                            let t = other.immediate_send(scope, &d[..]);
                            r.wait_without_status();
                            t.wait_without_status();
                        });
                        d.iter_mut().zip(&*s).for_each(|(d, s)| *d += s);
                    }
                }
                "pure" => {
                    for d in &mut data {
                        let other = world.process_at_rank(1 - world.rank());
                        let s = &mut send[..d.len()];
                        mpi::request::scope(|scope| {
                            let r = other.immediate_receive_into(scope, &mut s[..]);
                            let t = other.immediate_send(scope, &d[..]);
                            r.wait_without_status();
                            t.wait_without_status();
                        });
                        d.fill(3.0);
                    }
                }
                "halves" => {
                    for d in &mut data {
                        let other = world.process_at_rank(1 - world.rank());
                        let half = d.len() / 2;
                        let (a, b) = d.split_at_mut(half);
                        let (own, theirs) = if world.rank() == 0 { (a, b) } else { (b, a) };
                        let s = &mut send[..own.len()];
                        mpi::request::scope(|scope| {
                            let r = other.immediate_receive_into(scope, &mut s[..]);
                            let t = other.immediate_send(scope, &theirs[..]);
                            r.wait_without_status();
                            t.wait_without_status();
                        });
                        own.iter_mut().zip(&*s).for_each(|(d, s)| *d += s);
                        mpi::request::scope(|scope| {
                            let r = other.immediate_receive_into(scope, &mut theirs[..]);
                            let t = other.immediate_send(scope, &own[..]);
                            r.wait_without_status();
                            t.wait_without_status();
                        });
                    }
                }
                _ => {
                    for d in &mut data {
                        let s = &mut send[..d.len()];
                        s.copy_from_slice(d);
                        if which == "blocking" {
                            world.all_reduce_into(
                                s,
                                &mut d[..],
                                mpi::collective::SystemOperation::sum(),
                            );
                        } else {
                            mpi::request::scope(|scope| {
                                world
                                    .immediate_all_reduce_into(
                                        scope,
                                        s,
                                        &mut d[..],
                                        mpi::collective::SystemOperation::sum(),
                                    )
                                    .wait_without_status()
                            });
                        }
                    }
                }
            }
            if i >= 100 {
                times.push(start.elapsed().as_secs_f64() * 1e6);
            }
            let n = world.size();
            let expected = (n * (n + 1) / 2) as f32;
            for d in &data {
                assert!(d.iter().all(|x| *x == expected));
            }
        }
        times.sort_by(f64::total_cmp);
        if world.rank() == 0 {
            println!(
                "{which} {} floats: median {:.0} µs, quarter {:.0}, tenth {:.0} µs",
                slices.iter().sum::<usize>(),
                times[500],
                times[250],
                times[100]
            );
        }
    }
    Ok(std::process::ExitCode::SUCCESS)
}
