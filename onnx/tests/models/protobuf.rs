//! Enough of Protocol Buffers to take models apart and to forge them.

/// The fields of a message: the number and all bytes of each.
pub fn fields(mut bytes: &[u8]) -> Vec<(u64, Vec<u8>)> {
    let mut fields = Vec::new();
    while !bytes.is_empty() {
        let start = bytes;
        let key = varint(&mut bytes);
        match key & 7 {
            0 => {
                varint(&mut bytes);
            }
            2 => {
                let length = varint(&mut bytes) as usize;
                bytes = &bytes[length..];
            }
            5 => bytes = &bytes[4..],
            other => panic!("wire type {other}"),
        }
        fields.push((key >> 3, start[..start.len() - bytes.len()].to_vec()));
    }
    fields
}

fn varint(bytes: &mut &[u8]) -> u64 {
    let mut number = 0;
    for shift in (0..).step_by(7) {
        let byte = bytes[0];
        *bytes = &bytes[1..];
        number |= u64::from(byte & 0x7f) << shift;
        if byte < 0x80 {
            break;
        }
    }
    number
}

pub fn number(field: u64, mut number: u64) -> Vec<u8> {
    let mut bytes = Vec::new();
    let mut push = |mut number: u64| {
        while number >= 0x80 {
            bytes.push(number as u8 | 0x80);
            number >>= 7;
        }
        bytes.push(number as u8);
    };
    push(field << 3);
    push(std::mem::take(&mut number));
    bytes
}

/// A field with a text, a message or packed numbers.
pub fn field(field: u64, content: impl AsRef<[u8]>) -> Vec<u8> {
    let content = content.as_ref();
    let mut bytes = number(field, content.len() as u64);
    bytes[0] |= 2;
    bytes.extend(content);
    bytes
}

pub fn float(field: u64, value: f32) -> Vec<u8> {
    let mut bytes = vec![(field << 3) as u8 | 5];
    bytes.extend(value.to_le_bytes());
    bytes
}

pub fn node(operator: &str, inputs: &[&str], output: &str, attributes: &[Vec<u8>]) -> Vec<u8> {
    let mut node: Vec<u8> = inputs.iter().flat_map(|input| field(1, input)).collect();
    node.extend(field(2, output));
    node.extend(field(4, operator));
    node.extend(attributes.iter().flat_map(|attribute| field(5, attribute)));
    field(1, node)
}

pub fn whole_attribute(name: &str, value: u64) -> Vec<u8> {
    [field(1, name), number(3, value)].concat()
}

pub fn float_attribute(name: &str, value: f32) -> Vec<u8> {
    [field(1, name), float(2, value)].concat()
}

/// An initializer of `f32`.
pub fn tensor(name: &str, shape: &[u64], numbers: &[f32]) -> Vec<u8> {
    typed_tensor(name, shape, 1, numbers.iter().flat_map(|number| number.to_le_bytes()).collect())
}

pub fn typed_tensor(name: &str, shape: &[u64], element_type: u64, raw: Vec<u8>) -> Vec<u8> {
    let mut tensor: Vec<u8> = shape.iter().flat_map(|&length| number(1, length)).collect();
    tensor.extend([number(2, element_type), field(8, name), field(9, raw)].concat());
    field(5, tensor)
}

/// A model of these nodes and initializers, from `x`, rows of `features` numbers, to `y`.
pub fn model(features: u64, parts: &[Vec<u8>]) -> Vec<u8> {
    typed_model(1, &[5, features], parts)
}

pub fn typed_model(element_type: u64, shape: &[u64], parts: &[Vec<u8>]) -> Vec<u8> {
    let output = field(12, field(1, "y"));
    field(7, [parts.concat(), input("x", element_type, shape), output].concat())
}

pub fn input(name: &str, element_type: u64, shape: &[u64]) -> Vec<u8> {
    let shape: Vec<u8> = shape.iter().flat_map(|&length| field(1, number(1, length))).collect();
    let tensor = field(1, [number(1, element_type), field(2, shape)].concat());
    field(11, [field(1, name), field(2, tensor)].concat())
}

/// An initializer whose numbers are in another file.
pub fn external_tensor(
    name: &str,
    shape: &[u64],
    element_type: u64,
    entries: &[(&str, &str)],
) -> Vec<u8> {
    let mut tensor: Vec<u8> = shape.iter().flat_map(|&length| number(1, length)).collect();
    tensor.extend([number(2, element_type), field(8, name), number(14, 1)].concat());
    for (key, value) in entries {
        tensor.extend(field(13, [field(1, key), field(2, value)].concat()));
    }
    field(5, tensor)
}
