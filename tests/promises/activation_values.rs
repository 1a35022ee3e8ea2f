//! Compares every built-in activation's values and derivatives with PyTorch's and mpmath's, and
//! checks what they promise at infinity, at NaN, and everywhere.

use approx::{assert_relative_eq, assert_ulps_eq};
use densely::{Float, activation::AnyActivation};
use ndarray::{Array1, Array2, ArrayView2, Axis, ShapeBuilder, array, s};

fn named<F: Float>(name: &str) -> AnyActivation<F> {
    name.parse().unwrap()
}

/// g(z).
fn forward<F: Float>(activation: &AnyActivation<F>, z: ArrayView2<'_, F>) -> Array2<F> {
    let mut output = z.to_owned();
    activation.forward(output.view_mut());
    output
}

/// Returns the values, and `delta` after the backward pass through the derivative.
fn forward_and_backward<F: Float>(
    activation: &AnyActivation<F>,
    z: ArrayView2<'_, F>,
    delta: ArrayView2<'_, F>,
) -> (Array2<F>, Array2<F>) {
    let output = forward(activation, z);
    let mut delta = delta.to_owned();
    activation.backward(output.view(), z, delta.view_mut());
    (output, delta)
}

/// Returns values and derivatives at a row of points.
fn of_points<F: Float>(name: &str, points: Array1<F>) -> (Array1<F>, Array1<F>) {
    let z = points.insert_axis(Axis(0));
    let ones = Array2::ones(z.dim());
    let (output, slope) = forward_and_backward(&named(name), z.view(), ones.view());
    (output.remove_axis(Axis(0)), slope.remove_axis(Axis(0)))
}

/// The points are saturated and not, on both sides, near 0, and at no kink.
const POINTS: [f64; 13] =
    [-30.0, -8.5, -3.0, -1.5, -0.5, -1e-3, 1e-8, 0.25, 0.75, 1.5, 2.5, 7.0, 25.0];

/// The values of PyTorch 2.15, or those of mpmath 1.3 if they differ by more than 4e-16. They
/// differ in
///
/// - derivatives that PyTorch, too, computes by a subtraction with cancellation: of sigmoid at 2.5
///   and above, of tanh at ±1.5 and beyond, of softsign at -30, -8.5 and 25, of SiLU at 25;
/// - GELU at -1.5 and below, where PyTorch's 1 + erf cancels, entirely at -8.5;
/// - the derivative of Mish at -1.5.
///
/// ```python
/// import mpmath as mp, torch
/// torch.set_default_dtype(torch.float64); mp.mp.dps = 300
/// points = [-30, -8.5, -3, -1.5, -0.5, -1e-3, 1e-8, 0.25, 0.75, 1.5, 2.5, 7, 25]
/// f = torch.nn.functional
/// sigmoid = lambda z: 1 / (1 + mp.exp(-z))
/// softplus = lambda z: mp.log(1 + mp.exp(z))
/// scale = mp.mpf(1.0507009873554804934193349852946)
/// alpha = mp.mpf(1.6732632423543772848170429916717)
/// leaky = lambda slope: lambda z: z if z > 0 else mp.mpf(slope) * z
/// table = {
///     "identity": (lambda z: 1 * z, lambda z: z),
///     "sigmoid": (torch.sigmoid, sigmoid),
///     "tanh": (torch.tanh, mp.tanh),
///     "relu": (f.relu, lambda z: max(z, mp.mpf(0))),
///     "leaky_relu(0.01)": (lambda z: f.leaky_relu(z, 0.01), leaky(0.01)),
///     "leaky_relu(0.2)": (lambda z: f.leaky_relu(z, 0.2), leaky(0.2)),
///     "elu(1)": (lambda z: f.elu(z, 1.0), lambda z: z if z > 0 else mp.expm1(z)),
///     "elu(0.5)": (lambda z: f.elu(z, 0.5), lambda z: z if z > 0 else mp.expm1(z) / 2),
///     "selu": (f.selu, lambda z: scale * (z if z > 0 else alpha * mp.expm1(z))),
///     # The default threshold makes softplus linear above 20.
///     "softplus": (lambda z: f.softplus(z, threshold=1e9), softplus),
///     "softsign": (f.softsign, lambda z: z / (1 + abs(z))),
///     "exponential": (torch.exp, mp.exp),
///     "hard_tanh": (f.hardtanh, lambda z: min(max(z, mp.mpf(-1)), mp.mpf(1))),
///     "isru": (lambda z: z / (1 + z * z).sqrt(), lambda z: z / mp.sqrt(1 + z * z)),
///     "gelu": (f.gelu, lambda z: z * mp.ncdf(z)),
///     "silu": (f.silu, lambda z: z * sigmoid(z)),
///     "mish": (f.mish, lambda z: z * mp.tanh(softplus(z))),
/// }
/// def best(torchs, exact):
///     near = torchs == exact or abs(torchs - exact) <= 4e-16 * abs(exact)
///     return torchs if near else float(exact)
/// for name, (torchs, exact) in table.items():
///     z = torch.tensor(points, requires_grad=True)
///     values = torchs(z); values.sum().backward()
///     print(name, [best(t, exact(mp.mpf(p))) for p, t in zip(points, values.tolist())])
///     slope = lambda p: mp.diff(exact, mp.mpf(p), h=mp.mpf(10)**-100)
///     print([best(t, slope(p)) for p, t in zip(points, z.grad.tolist())])
/// ```
#[rustfmt::skip]
const EXPECTED: [(&str, [f64; 13], [f64; 13]); 17] = [
    ("identity",
        [-30.0, -8.5, -3.0, -1.5, -0.5, -0.001, 1e-08, 0.25, 0.75, 1.5, 2.5, 7.0, 25.0],
        [1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0]),
    ("sigmoid",
        [9.357622968839299e-14, 0.00020342697805520653, 0.04742587317756678, 0.18242552380635635, 0.3775406687981454, 0.4997500000208333, 0.5000000025, 0.5621765008857981, 0.679178699175393, 0.8175744761936437, 0.9241418199787566, 0.9990889488055994, 0.999999999986112],
        [9.357622968838423e-14, 0.00020338559551980585, 0.04517665973091214, 0.14914645207033286, 0.2350037122015945, 0.24999993750001046, 0.25, 0.24613408273759835, 0.21789499376181404, 0.14914645207033286, 0.07010371654510816, 0.0009102211801218265, 1.388794386457827e-11]),
    ("tanh",
        [-1.0, -0.999999917201249, -0.9950547536867305, -0.9051482536448664, -0.4621171572600098, -0.0009999996666668, 1e-08, 0.24491866240370913, 0.6351489523872873, 0.9051482536448664, 0.9866142981514303, 0.9999983369439447, 1.0],
        [3.502604305078608e-26, 1.6559749504014006e-07, 0.00986603716544019, 0.18070663892364852, 0.7864477329659274, 0.9999990000006667, 0.9999999999999999, 0.940014848806378, 0.5965858082813315, 0.18070663892364852, 0.02659222668316062, 3.3261093449010853e-06, 7.714999391855671e-22]),
    ("relu",
        [0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 1e-08, 0.25, 0.75, 1.5, 2.5, 7.0, 25.0],
        [0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0]),
    ("leaky_relu(0.01)",
        [-0.3, -0.085, -0.03, -0.015, -0.005, -1e-05, 1e-08, 0.25, 0.75, 1.5, 2.5, 7.0, 25.0],
        [0.01, 0.01, 0.01, 0.01, 0.01, 0.01, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0]),
    ("leaky_relu(0.2)",
        [-6.0, -1.7000000000000002, -0.6000000000000001, -0.30000000000000004, -0.1, -0.0002, 1e-08, 0.25, 0.75, 1.5, 2.5, 7.0, 25.0],
        [0.2, 0.2, 0.2, 0.2, 0.2, 0.2, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0]),
    ("elu(1)",
        [-0.9999999999999064, -0.9997965316309894, -0.950212931632136, -0.7768698398515702, -0.3934693402873666, -0.0009995001666250085, 1e-08, 0.25, 0.75, 1.5, 2.5, 7.0, 25.0],
        [9.357622968840175e-14, 0.00020346836901064417, 0.049787068367863944, 0.22313016014842982, 0.6065306597126334, 0.999000499833375, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0]),
    ("elu(0.5)",
        [-0.4999999999999532, -0.4998982658154947, -0.475106465816068, -0.3884349199257851, -0.1967346701436833, -0.0004997500833125042, 1e-08, 0.25, 0.75, 1.5, 2.5, 7.0, 25.0],
        [4.6788114844200874e-14, 0.00010173418450532208, 0.024893534183931972, 0.11156508007421491, 0.3032653298563167, 0.4995002499166875, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0]),
    ("selu",
        [-1.758099340847212, -1.7577416232419358, -1.6705687287671118, -1.3658143533672527, -0.6917581878028713, -0.0017572205841202705, 1.0507009873554805e-08, 0.2626752468388701, 0.7880257405166103, 1.5760514810332207, 2.626752468388701, 7.354906911488364, 26.26752468388701],
        [1.6451630773416182e-13, 0.0003577176054409043, 0.08753061208026487, 0.392284987480124, 1.0663411530445053, 1.7563421202632563, 1.0507009873554805, 1.0507009873554805, 1.0507009873554805, 1.0507009873554805, 1.0507009873554805, 1.0507009873554805, 1.0507009873554805]),
    ("softplus",
        [9.357622968839737e-14, 0.00020344767212944308, 0.04858735157374206, 0.2014132779827524, 0.4740769841801067, 0.6926473055599401, 0.6931471855599453, 0.8259394198788436, 1.1368710061148999, 1.7014132779827524, 2.5788897342925496, 7.000911466453774, 25.000000000013888],
        [9.3576229688393e-14, 0.0002034269780552065, 0.04742587317756679, 0.18242552380635632, 0.37754066879814546, 0.49975000002083336, 0.5000000025, 0.5621765008857981, 0.679178699175393, 0.8175744761936437, 0.9241418199787564, 0.9990889488055994, 0.9999999999861121]),
    ("softsign",
        [-0.967741935483871, -0.8947368421052632, -0.75, -0.6, -0.3333333333333333, -0.0009990009990009992, 9.999999900000002e-09, 0.2, 0.42857142857142855, 0.6, 0.7142857142857143, 0.875, 0.9615384615384616],
        [0.001040582726326743, 0.0110803324099723, 0.0625, 0.16000000000000003, 0.4444444444444444, 0.9980029960049942, 0.9999999800000003, 0.64, 0.32653061224489793, 0.16000000000000003, 0.08163265306122447, 0.015625, 0.0014792899408284023]),
    ("exponential",
        [9.357622968840175e-14, 0.00020346836901064417, 0.049787068367863944, 0.22313016014842982, 0.6065306597126334, 0.999000499833375, 1.00000001, 1.2840254166877414, 2.117000016612675, 4.4816890703380645, 12.182493960703473, 1096.6331584284585, 72004899337.38586],
        [9.357622968840175e-14, 0.00020346836901064417, 0.049787068367863944, 0.22313016014842982, 0.6065306597126334, 0.999000499833375, 1.00000001, 1.2840254166877414, 2.117000016612675, 4.4816890703380645, 12.182493960703473, 1096.6331584284585, 72004899337.38586]),
    ("hard_tanh",
        [-1.0, -1.0, -1.0, -1.0, -0.5, -0.001, 1e-08, 0.25, 0.75, 1.0, 1.0, 1.0, 1.0],
        [0.0, 0.0, 0.0, 0.0, 1.0, 1.0, 1.0, 1.0, 1.0, 0.0, 0.0, 0.0, 0.0]),
    ("isru",
        [-0.9994449069791543, -0.9931506043228762, -0.9486832980505138, -0.8320502943378437, -0.4472135954999579, -0.000999999500000375, 1e-08, 0.24253562503633297, 0.6, 0.8320502943378437, 0.9284766908852594, 0.9899494936611665, 0.9992009587217894],
        [3.6975394264859575e-05, 0.0015951023558689037, 0.03162277660168379, 0.17067698345391666, 0.7155417527999327, 0.999998500001875, 1.0, 0.91307529425443, 0.512, 0.17067698345391666, 0.051226300186772926, 0.00282842712474619, 6.384670662759038e-05]),
    ("gelu",
        [-1.472014178144456e-196, -8.05760459887282e-17, -0.0040496940948902835, -0.1002108019032871, -0.15426876936299344, -0.000499601057786089, 5.000000039894228e-09, 0.14967658142073093, 0.5800294857173489, 1.399789198096713, 2.4844758366855597, 6.999999999991041, 25.0],
        [-4.416031690708495e-195, -6.846504938697085e-16, -0.011945647204183927, -0.12746919222997952, 0.13250487534383712, 0.4992021157051586, 0.5000000079788456, 0.695373354883636, 0.9992257217392352, 1.1274691922299795, 1.037611085908145, 1.0000000000626632, 1.0]),
    ("silu",
        [-2.8072868906517896e-12, -0.0017291293134692554, -0.14227761953270035, -0.2736382857095345, -0.1887703343990727, -0.0004997500000208334, 5.000000025e-09, 0.14054412522144952, 0.5093840243815447, 1.2263617142904655, 2.3103545499468914, 6.993622641639196, 24.9999999996528],
        [-2.713710660963134e-12, -0.0015253505838631431, -0.08810410601516962, -0.041294154299142946, 0.2600388126973482, 0.4995000000833333, 0.500000005, 0.6237100215701977, 0.8425999444967536, 1.041294154299143, 1.0994011113415267, 1.0054604970664518, 1.0000000003333107]),
    ("mish",
        [-2.807286890651921e-12, -0.0017293051892410683, -0.1456474612756246, -0.29809974216680674, -0.22074377465173, -0.0005996799840458665, 6.000000032000001e-09, 0.1695724096638176, 0.6100183352182934, 1.4033782663958028, 2.471392304557881, 6.999988379809741, 25.0],
        [-2.713710660963392e-12, -0.0015256815725764648, -0.09339311453232084, -0.06409781589225864, 0.28951067791351226, 0.5993599521834649, 0.6000000064000001, 0.7541726677205928, 0.985758355716688, 1.0884879850078475, 1.041129530131353, 1.000021559160889, 1.0]),
];

/// Whether the derivative is computed from the output by a subtraction from a constant, which
/// cancels where the output saturates. Its error is then one or two spacings of numbers near ±1
/// (near -1.76 for SELU).
fn cancels(name: &str) -> bool {
    ["sigmoid", "tanh", "elu(1)", "elu(0.5)", "selu", "softsign", "isru"].contains(&name)
}

#[test]
fn values_and_derivatives_equal_pytorchs() {
    for (name, values, slopes) in EXPECTED {
        println!("{name}");
        let (output, slope) = of_points(name, Array1::from_iter(POINTS));
        assert_relative_eq!(output, Array1::from_iter(values), max_relative = 1e-14, epsilon = 0.0);
        let epsilon = if cancels(name) { 1e-15 } else { 0.0 };
        let slopes = Array1::from_iter(slopes);
        assert_relative_eq!(slope, slopes, max_relative = 1e-14, epsilon = epsilon);
    }
}

/// Does the same in `f32`. Rounding -1e-3 and 1e-8 does no harm, since no function here magnifies
/// it. GELU at -30 is below the smallest number.
#[test]
fn values_and_derivatives_equal_pytorchs_in_single_precision() {
    for (name, values, slopes) in EXPECTED {
        println!("{name}");
        let single = |numbers: [f64; 13]| Array1::from_iter(numbers).mapv(|x| x as f32);
        let (output, slope) = of_points(name, single(POINTS));
        let smallest = f32::MIN_POSITIVE;
        assert_relative_eq!(output, single(values), max_relative = 1e-6, epsilon = smallest);
        let epsilon = if cancels(name) { 5e-7 } else { smallest };
        assert_relative_eq!(slope, single(slopes), max_relative = 1e-6, epsilon = epsilon);
    }
}

/// Compares the gradient of Σ δa. Every output of a row depends on every z of the row, so the
/// whole Jacobian matters.
///
/// ```python
/// import torch                                                # PyTorch 2.15
/// torch.set_default_dtype(torch.float64)
/// z = [[0.5, -1.5, 2.5, 0.0], [-30.0, -8.5, 7.0, 1e-8], [1000.0, 999.0, 1001.5, 1000.5]]
/// z = torch.tensor(z, requires_grad=True)
/// delta = torch.tensor([[1.0, -2.0, 0.5, 3.0], [0.25, 1.0, -1.0, 2.0], [-0.5, 1.5, 1.0, 0.75]])
/// a = torch.softmax(z, 1); (a * delta).sum().backward()
/// print(a.tolist(), z.grad.tolist())
/// ```
///
/// By mpmath, PyTorch's own error is at most 2e-16 of a value, and 1.1e-16 in a gradient.
#[test]
fn softmax_and_its_jacobian_equal_pytorchs() {
    let z =
        array![[0.5, -1.5, 2.5, 0.0], [-30.0, -8.5, 7.0, 1e-8], [1000.0, 999.0, 1001.5, 1000.5]];
    let delta = array![[1.0, -2.0, 0.5, 3.0], [0.25, 1.0, -1.0, 2.0], [-0.5, 1.5, 1.0, 0.75]];
    let (output, gradient) = forward_and_backward(&named("softmax"), z.view(), delta.view());
    let expected = array![
        [0.10951796493425299, 0.014821644803874543, 0.8092343867399151, 0.06642600352195752],
        [8.525272002104555e-17, 1.8537006624614198e-07, 0.9990887635953124, 0.0009110510346212351],
        [0.13336374413970897, 0.04906177966664736, 0.5976948344902959, 0.21987964170334778]
    ];
    assert_relative_eq!(output, expected, max_relative = 1e-14, epsilon = 0.0);
    let expected = array![
        [0.034632879274102295, -0.03977788388576358, -0.1487129055461231, 0.1538579101577843],
        [
            1.0633285968336386e-16,
            3.7023341899623697e-07,
            -0.0027310329575566572,
            0.0027306627241374705
        ],
        [-0.16930732207895757, 0.03583887630065441, 0.13775947684597317, -0.004291031067670086]
    ];
    // δ - Σ aδ cancels if one a is nearly 1. Its error is one or two spacings of δ, which is at
    // most 3.
    assert_relative_eq!(gradient, expected, max_relative = 1e-14, epsilon = 1e-15);
}

/// g(-∞) and g(∞), from each activation's documentation. SELU's -λα is computed from the
/// paper's constants (Klambauer et al. 2017).
fn limits() -> [(&'static str, f64, f64); 17] {
    let infinity = f64::INFINITY;
    [
        ("identity", -infinity, infinity),
        ("sigmoid", 0.0, 1.0),
        ("tanh", -1.0, 1.0),
        ("relu", 0.0, infinity),
        ("leaky_relu(0.01)", -infinity, infinity),
        ("leaky_relu(0.2)", -infinity, infinity),
        ("elu(1)", -1.0, infinity),
        ("elu(0.5)", -0.5, infinity),
        ("selu", -1.758_099_340_847_376_6, infinity),
        ("softplus", 0.0, infinity),
        ("softsign", -1.0, 1.0),
        ("exponential", 0.0, infinity),
        ("hard_tanh", -1.0, 1.0),
        ("isru", -1.0, 1.0),
        ("gelu", 0.0, infinity),
        ("silu", 0.0, infinity),
        ("mish", 0.0, infinity),
    ]
}

fn check_infinity_and_nan<F: Float>() {
    for (name, at_minus_infinity, at_infinity) in limits() {
        // Nine numbers, since a vectorized kernel treats the last ones differently.
        let expected = [at_minus_infinity, at_infinity, f64::NAN].repeat(3);
        let points = [-f64::INFINITY, f64::INFINITY, f64::NAN].repeat(3);
        let (output, _) = of_points(name, Array1::from_iter(points).mapv(F::from_f64));
        for (found, expected) in output.iter().map(|a| a.as_f64()).zip(expected) {
            let rounded = F::from_f64(expected).as_f64();
            let near = (found - rounded).abs() <= F::epsilon().as_f64() * rounded.abs();
            let equal = found == rounded || (rounded.is_finite() && near);
            assert!(
                equal || (found.is_nan() && expected.is_nan()),
                "{name}, {}: {found} instead of {expected}",
                F::NAME
            );
        }
    }
}

#[test]
fn infinity_gives_the_limit_and_nan_stays_nan() {
    check_infinity_and_nan::<f32>();
    check_infinity_and_nan::<f64>();
}

fn check_softmax_of_infinity_and_nan<F: Float>() {
    let (infinity, nan) = (f64::INFINITY, f64::NAN);
    let z = array![
        [0.0, nan, 1.0],
        [nan, 0.0, 1.0],
        [0.0, infinity, 1.0],
        [nan, infinity, -infinity],
        [2.0, -infinity, 2.0]
    ];
    let output = forward(&named("softmax"), z.mapv(F::from_f64).view());
    for row in output.rows().into_iter().take(4) {
        assert!(row.iter().all(|a| a.is_nan()), "{row}");
    }
    // e^-∞ = 0: a class that is ruled out does not change the others. Neither does a NaN in
    // another row.
    assert_eq!(output.row(4), array![0.5, 0.0, 0.5].mapv(F::from_f64));
}

#[test]
fn a_row_of_softmax_with_nan_or_infinity_in_it_is_nan() {
    check_softmax_of_infinity_and_nan::<f32>();
    check_softmax_of_infinity_and_nan::<f64>();
}

/// Numbers from 0 to beyond the largest finite one: every exponent, subnormal numbers too, and
/// 20,000 points where functions bend.
fn magnitudes<F: Float>(from_bits: impl Fn(u64) -> F, bits_of_infinity: u64) -> Array1<F> {
    let step = bits_of_infinity / 4096;
    let all = (0..=4096).map(|index| from_bits(step * index));
    all.chain((0..20_000).map(|index| F::from_f64(0.002 * f64::from(index)))).collect()
}

fn magnitudes_f32() -> Array1<f32> {
    magnitudes(|bits| f32::from_bits(bits as u32), u64::from(f32::INFINITY.to_bits()))
}

fn magnitudes_f64() -> Array1<f64> {
    magnitudes(f64::from_bits, f64::INFINITY.to_bits())
}

fn check_oddness<F: Float>(magnitudes: &Array1<F>, bits: impl Fn(F) -> u64) {
    for name in ["tanh", "softsign", "hard_tanh", "isru"] {
        let (right, _) = of_points(name, magnitudes.clone());
        let (left, _) = of_points(name, magnitudes.mapv(|z| -z));
        for ((z, &right), &left) in magnitudes.iter().zip(&right).zip(&left) {
            assert_eq!(bits(-right), bits(left), "{name} of ±{z}: {right} and {left}");
        }
    }
}

#[test]
fn odd_functions_are_odd_to_the_bit() {
    check_oddness(&magnitudes_f32(), |a| a.to_bits().into());
    check_oddness(&magnitudes_f64(), f64::to_bits);
}

fn check_bounds<F: Float>(magnitudes: &Array1<F>) {
    let points = || magnitudes.iter().copied().chain(magnitudes.iter().map(|&z| -z));
    for (name, lowest) in
        [("sigmoid", 0.0), ("tanh", -1.0), ("softsign", -1.0), ("hard_tanh", -1.0), ("isru", -1.0)]
    {
        let (output, slope) = of_points(name, points().collect());
        let range = F::from_f64(lowest)..=F::one();
        for ((z, a), slope) in points().zip(&output).zip(&slope) {
            assert!(range.contains(a), "{name}({z}) = {a}");
            assert!(*slope >= F::zero(), "the derivative of {name} at {z} is {slope}");
        }
    }
}

/// If tanh could exceed 1, its derivative 1 - a² would be negative there, and the network would
/// ascend.
#[test]
fn bounded_functions_stay_in_bounds_and_their_derivatives_are_never_negative() {
    check_bounds(&magnitudes_f32());
    check_bounds(&magnitudes_f64());
}

/// The same numbers in matrices that are not contiguous: transposed, and every second column of a
/// wider matrix.
fn elsewhere<F: Float>(matrix: &Array2<F>) -> [Array2<F>; 2] {
    let (rows, columns) = matrix.dim();
    let mut transposed = Array2::zeros((rows, columns).f());
    let mut wide = Array2::from_elem((rows, 2 * columns), F::nan());
    transposed.assign(matrix);
    wide.slice_mut(s![.., ..;2]).assign(matrix);
    // The matrix is sliced in place, so the gaps stay. They hold NaN, which no kernel may read or
    // change.
    wide.slice_collapse(s![.., ..;2]);
    [transposed, wide]
}

macro_rules! check_layouts {
    ($float:ident) => {
        // No multiple of any vector's length, so that kernels have a remainder.
        let z = Array2::from_shape_fn((7, 13), |(row, column)| {
            (9.0 * (3.7 * row as f64 + 1.3 * column as f64).sin()) as $float
        });
        let delta = z.mapv(|z| (1.7 * z).cos());
        for name in EXPECTED.map(|(name, ..)| name).into_iter().chain(["softmax"]) {
            println!("{name}, {}", stringify!($float));
            let activation = named::<$float>(name);
            let (expected_output, expected_delta) =
                forward_and_backward(&activation, z.view(), delta.view());
            // The sum of a row that is not contiguous has another order, with at most n roundings.
            let ulps = if name == "softmax" { 13 } else { 1 };
            for mut output in elsewhere(&z) {
                activation.forward(output.view_mut());
                assert_ulps_eq!(output, expected_output, epsilon = 0.0, max_ulps = ulps);
            }
            // The backward pass takes every combination: the output, z and delta may have different
            // layouts.
            let with_contiguous = |matrix: &Array2<$float>| {
                let [transposed, wide] = elsewhere(matrix);
                [matrix.clone(), transposed, wide]
            };
            for (output, z) in with_contiguous(&expected_output).iter().zip(&with_contiguous(&z)) {
                for mut delta in with_contiguous(&delta) {
                    activation.backward(output.view(), z.view(), delta.view_mut());
                    assert_ulps_eq!(delta, expected_delta, epsilon = 0.0, max_ulps = 1);
                }
            }
        }
    };
}

#[test]
fn views_that_are_not_contiguous_give_the_same_numbers() {
    check_layouts!(f32);
    check_layouts!(f64);
}
