//! What a network looks at, against scikit-learn 1.9.1 and shap 0.51.0. All numbers come from
//!
//! ```python
//! import numpy as np, shap
//! from sklearn.base import BaseEstimator, RegressorMixin
//! from sklearn.inspection import permutation_importance, partial_dependence
//! wave = lambda rows, columns, k: np.sin(
//!     k + 7.0 * np.arange(rows)[:, None] + 3.0 * np.arange(columns))
//! x, w, v, y = wave(12, 3, 1.0), wave(3, 4, 2.0), wave(4, 1, 3.0), wave(12, 1, 4.0)[:, 0]
//! class Net(RegressorMixin, BaseEstimator):
//!     def fit(self, x, y): self.fitted_ = True; return self
//!     def predict(self, x): return (np.tanh(x @ w) @ v)[:, 0]
//! net = Net().fit(x, y)
//! print(permutation_importance(
//!     net, x, y, scoring="neg_mean_squared_error", n_repeats=3, random_state=7).importances)
//! seed = np.random.RandomState(7).randint(np.iinfo(np.int32).max + 1)
//! state, shuffled, order = np.random.RandomState(seed), np.arange(12), np.arange(12)
//! for _ in range(3): state.shuffle(shuffled); order = order[shuffled]; print(order)
//! for points in (5, 20):
//!     print(partial_dependence(net, x, [1], kind="both", grid_resolution=points))
//! print(shap.explainers.Exact(net.predict, shap.maskers.Independent(x))(x[2:4]))
//! ```

use approx::assert_abs_diff_eq;
use densely::data::Target;
use densely::explanation::{
    Grid, partial_dependence, permutation_importance, permutations, shapley_values,
};
use densely::schema::{Column, Schema};
use densely::{Dataset, Dense, Error, Identity, Mlp, Relu, Table, Tanh, metrics};
use ndarray::{Array1, Array2, array, s};

fn wave(rows: usize, columns: usize, k: f64) -> Array2<f64> {
    Array2::from_shape_fn((rows, columns), |(row, column)| {
        (k + 7.0 * row as f64 + 3.0 * column as f64).sin()
    })
}

fn net(features: usize) -> Mlp<f64> {
    let hidden = Dense::new(wave(features, 4, 2.0), None, Tanh).unwrap();
    let last = Dense::new(wave(4, 1, 3.0), None, Identity).unwrap();
    Mlp::from_layers(vec![hidden, last]).unwrap()
}

fn linear(weights: Array2<f64>) -> Mlp<f64> {
    Mlp::from_layers(vec![Dense::new(weights, None, Identity).unwrap()]).unwrap()
}

/// One column of text, of numbers that may be blank, and of two texts.
fn mixed_schema() -> Schema {
    Schema::new([
        Column::categories("origin", ["Europe", "Japan", "USA"]),
        Column::numbers("seconds").with_offset(1e9).with_blanks(),
        Column::two("sex", ["female", "male"]),
    ])
}

#[test]
fn permutation_importance_equals_scikit_learns() {
    let data = Dataset::new(wave(12, 3, 1.0), wave(12, 1, 4.0)).unwrap();
    let orders = [
        vec![7, 1, 11, 6, 8, 4, 3, 10, 2, 5, 0, 9],
        vec![8, 4, 2, 9, 0, 6, 7, 11, 10, 1, 3, 5],
        vec![0, 9, 1, 11, 8, 6, 5, 3, 4, 7, 2, 10],
    ];
    let error = metrics::mean_squared_error;
    let importances = permutation_importance(&net(3), &data, error, &orders).unwrap();
    // scikit-learn's score is the error with a minus: its fall is the error's rise.
    let expected = [
        [-0.277_880_89, -0.319_078_71, -0.111_358_04],
        [0.302_134_95, 0.308_301_89, 0.134_395_94],
        [-0.012_365_82, -0.009_760_54, -0.004_628_55],
    ];
    for (importance, expected) in importances.iter().zip(&expected) {
        for (change, expected) in importance.changes.iter().zip(expected) {
            assert_abs_diff_eq!(change, expected, epsilon = 1e-8);
        }
    }
    let importance = &importances[1];
    assert_eq!(importance.column, "x1");
    assert_abs_diff_eq!(importance.mean(), 0.248_277_59, epsilon = 1e-8);
    // The standard deviation of the three, 0.0986, divided by √3.
    assert_abs_diff_eq!(importance.standard_error(), 0.056_968_4, epsilon = 1e-6);
}

/// The features of a category move together: shuffled one by one, they would not be one-hot.
#[test]
fn columns_of_the_table_are_replaced_whole() {
    let mut net = linear(array![[1.0], [2.0], [4.0], [8.0], [100.0], [16.0]]);
    net.set_schema(mixed_schema().with_targets(["y"])).unwrap();
    let csv = "origin,seconds,sex,y\nEurope,1000000001,male,0\nUSA,,female,0\n";
    let table = Table::parse_csv(csv.as_bytes(), "rows").unwrap().with_missing();
    let (inputs, _) = table.inputs_and_report(&net).unwrap();
    assert!(inputs[[1, 3]].is_nan() && inputs[[1, 4]] == 1.0);
    // Without a blank, since this network has no units.
    let known = Table::parse_csv(&csv.replace(",,", ",1000000003,").into_bytes()[..], "rows");
    let data: Dataset<f64> = known.unwrap().dataset_for(&net).unwrap();
    let swapped = [vec![1, 0]];
    let sum = |outputs: ndarray::ArrayView2<'_, f64>, _: ndarray::ArrayView2<'_, f64>| {
        Ok(outputs[[0, 0]])
    };
    let importances = permutation_importance(&net, &data, sum, &swapped).unwrap();
    let changes: Vec<_> = importances.iter().map(|i| (i.column.as_str(), i.changes[0])).collect();
    assert_eq!(changes, [("origin", 3.0), ("seconds", 16.0), ("sex", -32.0)]);

    let origin = partial_dependence(&net, data.inputs(), "origin", 10).unwrap();
    let names = ["Europe", "Japan", "USA"].map(str::to_owned).to_vec();
    assert_eq!(origin.grid, Grid::Categories(names));
    // 8 · 1 + 16, and 8 · 3 - 16, and the weight of the category.
    assert_eq!(origin.curves, array![[[25.0], [9.0]], [[26.0], [10.0]], [[28.0], [12.0]]]);
    let seconds = partial_dependence(&net, inputs.view(), "seconds", 10).unwrap();
    assert_eq!(seconds.grid, Grid::Numbers(vec![1_000_000_001.0]));
    // The blank goes together with the number.
    assert_eq!(seconds.curves, array![[[25.0], [-4.0]]]);
    let sex = partial_dependence(&net, data.inputs(), "sex", 10).unwrap();
    assert_eq!(sex.mean(), array![[2.5 + 16.0 - 16.0], [2.5 + 16.0 + 16.0]]);

    let row = data.inputs().row(1).to_vec();
    let background = data.inputs().slice_move(s![..1, ..]);
    let shapley = shapley_values(&net, background, &row, 1, 0).unwrap();
    assert_eq!(shapley.columns, ["origin", "seconds", "sex"]);
    assert_eq!((shapley.base[0], shapley.values), (25.0, array![[3.0], [16.0], [-32.0]]));
}

#[test]
fn dates_are_days_and_times_are_parts_of_a_day() {
    let csv = "when,hour,y\n2020-01-03,06:00,1\n2020-01-01,18:00,2\n2020-03-01,12:00,4\n";
    let table = Table::parse_csv(csv.as_bytes(), "visits").unwrap();
    let data: Dataset<f64> = table.dataset(Target::number("y")).unwrap();
    let mut net = linear(Array2::from_elem((data.features(), 1), 1.0));
    net.set_schema(data.schema().clone()).unwrap();
    let days = partial_dependence(&net, data.inputs(), "when", 2).unwrap();
    assert_eq!(days.grid, Grid::Numbers(vec![0.0, 60.0]));
    let hours = partial_dependence(&net, data.inputs(), "hour", 10).unwrap();
    let Grid::Numbers(hours) = hours.grid else { panic!("{:?}", hours.grid) };
    assert_abs_diff_eq!(Array1::from(hours), array![0.25, 0.5, 0.75], epsilon = 1e-15);
}

#[test]
fn partial_dependence_equals_scikit_learns() {
    let (net, inputs) = (net(3), wave(12, 3, 1.0));
    let spaced = partial_dependence(&net, inputs.view(), "x1", 5).unwrap();
    let Grid::Numbers(numbers) = &spaced.grid else { panic!("{:?}", spaced.grid) };
    let expected = [
        -0.999_841_767_089_878_9,
        -0.509_087_496_342_975_5,
        -0.018_333_225_596_071_978,
        0.472_421_045_150_831_5,
        0.963_175_315_897_734_9,
    ];
    let close = |found: &[f64], expected: &[f64]| {
        assert_abs_diff_eq!(found, expected, epsilon = 2e-10);
    };
    close(numbers, &expected[..]);
    let mean = [
        -0.167_622_059_528_344_2,
        -0.030_563_557_638_174_133,
        0.098_851_607_167_894_53,
        0.216_725_710_967_815_32,
        0.322_741_446_734_492_8,
    ];
    close(&spaced.mean().column(0).to_vec(), &mean);
    let row = [
        -0.355_471_511_216_717_44,
        -0.202_203_808_992_610_6,
        -0.011_023_637_523_478_864,
        0.178_217_872_502_761_05,
        0.328_637_440_515_040_6,
    ];
    close(&spaced.curves.slice_move(s![.., 3, 0]).to_vec(), &row);

    // Fewer than 20 numbers occur: they are the grid.
    let each = partial_dependence(&net, inputs.view(), "x1", 20).unwrap();
    let Grid::Numbers(numbers) = &each.grid else { panic!("{:?}", each.grid) };
    assert_eq!(numbers.len(), 12);
    close(&numbers[..2], &[-0.999_990_206_550_703_5, -0.985_146_260_468_247_4]);
    close(
        &each.mean().column(0).to_vec()[..2],
        &[-0.167_663_574_110_952_3, -0.163_509_925_179_641_16],
    );
}

#[test]
fn shapley_values_equal_shaps() {
    let (net, inputs) = (net(3), wave(12, 3, 1.0));
    let expected = [
        [0.193_849_302_465_620_65, -0.144_062_184_464_804_37, 0.002_666_578_101_907_658],
        [-0.125_849_658_034_703_05, 0.028_633_074_482_534_833, -2.385_621_923_301_113_6e-5],
    ];
    for (row, expected) in [2, 3].into_iter().zip(&expected) {
        let row = inputs.row(row).to_vec();
        let shapley = shapley_values(&net, inputs.view(), &row, 1, 0).unwrap();
        assert_abs_diff_eq!(shapley.base[0], 0.040_236_216_960_629_02, epsilon = 1e-12);
        assert_abs_diff_eq!(&shapley.values.column(0).to_vec()[..], &expected[..], epsilon = 1e-12);
    }
}

/// Of 14 columns, only two act together. In one order of each pair, the first comes before the
/// second, in its reverse behind it. So the values are exact for any number of orders.
#[test]
fn shapley_values_by_chance_are_exact_for_pairs_and_add_up() {
    let mut weights = Array2::zeros((14, 1));
    (weights[[3, 0]], weights[[9, 0]]) = (1.0, 1.0);
    let net = Mlp::from_layers(vec![
        Dense::new(weights, Some(array![-1.0]), Relu).unwrap(),
        Dense::new(array![[1.0]], None, Identity).unwrap(),
    ]);
    let mut row = vec![5.0; 14];
    row[9] = 2.0;
    let background = Array2::zeros((1, 14));
    let shapley = shapley_values(&net.unwrap(), background.view(), &row, 3, 1).unwrap();
    // relu(5 + 2 - 1) = 6; 4 and 1 alone. (4 + 6 - 1) / 2 and (1 + 6 - 4) / 2.
    let mut expected = Array2::zeros((14, 1));
    (expected[[3, 0]], expected[[9, 0]]) = (4.5, 1.5);
    assert_abs_diff_eq!(shapley.values, expected, epsilon = 1e-14);

    let (net, inputs) = (self::net(14), wave(30, 14, 1.0));
    let row = inputs.row(4).to_vec();
    let shapley = |orders| shapley_values(&net, inputs.view(), &row, orders, 1).unwrap();
    let few = shapley(2);
    let difference = net.predict_row(&row).unwrap()[0] - few.base[0];
    assert_abs_diff_eq!(few.values.sum(), difference, epsilon = 1e-14);
    assert_eq!(few, shapley(2));
    assert_ne!(few, shapley(3));
}

#[test]
fn what_cannot_be_explained_is_said() {
    let (net, inputs) = (net(3), wave(12, 3, 1.0));
    let message = |column: &str, points| {
        partial_dependence(&net, inputs.view(), column, points).unwrap_err().to_string()
    };
    assert_eq!(
        message("x9", 5),
        r#"the network has no column "x9"; its columns: "x0", "x1", "x2""#
    );
    assert_eq!(message("x1", 0), "the number of points of the grid is 0, it must be at least 1");
    let blank = Array2::from_elem((2, 3), f64::NAN);
    assert_eq!(
        partial_dependence(&net, blank.view(), "x1", 5).unwrap_err().to_string(),
        r#"column "x1" is blank in all rows, so there is no value to try"#
    );
    let data = Dataset::new(inputs.clone(), wave(12, 1, 4.0)).unwrap();
    let error = |order: Vec<usize>| {
        let orders = [order];
        permutation_importance(&net, &data, metrics::r_squared, &orders).unwrap_err()
    };
    assert!(error(vec![0]).to_string().contains("12 rows"), "{}", error(vec![0]));
    let unknown = error((1..13).collect()).to_string();
    assert_eq!(unknown, "there is no row 12 (counted from 0): there are 12 rows");
    let shapley = |row: &[f64], orders| shapley_values(&net, inputs.view(), row, orders, 0);
    assert!(matches!(shapley(&[1.0], 1), Err(Error::Shape(_))));
    assert!(matches!(shapley(&[1.0; 3], 0), Err(Error::Setting { .. })));
    assert!(shapley_values(&net, inputs.slice(s![..0, ..]), &[1.0; 3], 1, 0).is_err());
}

#[test]
fn permutations_are_those_of_the_seed() {
    let orders = permutations(50, 3, 7);
    assert_eq!((orders.len(), &orders), (3, &permutations(50, 3, 7)));
    assert_ne!(orders[0], orders[1]);
    for mut order in orders {
        order.sort_unstable();
        assert!(order.into_iter().eq(0..50));
    }
}
