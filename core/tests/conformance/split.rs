//! Split's published hashes, every row: seed, key, hash, bucket.

use rampgate::bucketing::compat::Encoding;
use rampgate::bucketing::compat::split::{Split, Width};

/// Reads rows of seed, key, hash and bucket, and hands them over; gives their number.
fn rows(table: &str, mut check: impl FnMut(i64, &str, i64, u32)) -> usize {
    for row in table.lines() {
        let [seed, key, hash, bucket] = row.split(',').collect::<Vec<_>>()[..] else { panic!("{row}") };
        check(seed.parse().unwrap(), key, hash.parse().unwrap(), bucket.parse().unwrap());
    }
    table.lines().count()
}

#[test]
fn murmur3() {
    let count = rows(include_str!("../../testdata/vendors/split_murmur3.csv"), |seed, key, hash, bucket| {
        let split = Split::murmur3(seed);
        assert_eq!((i64::from(split.hash(key)), split.bucket(key)), (hash, bucket), "{seed} {key}");
    });
    assert_eq!(count, 1126);
}

#[test]
fn legacy() {
    let count = rows(include_str!("../../testdata/vendors/split_legacy.csv"), |seed, key, hash, bucket| {
        for encoding in [Encoding::Utf16, Encoding::CodePoint, Encoding::Utf8] {
            let split = Split::legacy(seed, encoding, Width::I32);
            let signed = i64::from(split.hash(key).cast_signed());
            assert_eq!((signed, split.bucket(key)), (hash, bucket), "{seed} {key}");
        }
    });
    assert_eq!(count, 15);
}
