//! What every value of `hashicorp/random` must be, over many draws.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::task::{Context, Poll, Waker};

use serde_json::json;
use wpinfra_core::json::{from_json, to_json};
use wpinfra_core::provider::{AnyResourceType, BoxFuture, Client, Provider};
use wpinfra_core::{Type, Value};

use crate::Entropy;
use crate::testing::{TestEntropy, apply, config, create, plan, text};

fn check_with(name: &str, seed: u64, test: impl FnOnce(&dyn AnyResourceType)) {
    let entropy: Arc<dyn Entropy> = Arc::new(TestEntropy::new(seed));
    let family = super::family(&entropy);
    test(&**family.resources().get(name).expect("registered"));
}

fn check(name: &str, test: impl FnOnce(&dyn AnyResourceType)) {
    check_with(name, 7, test);
}

fn number(value: i64) -> Value {
    Value::number(value)
}

fn count(text: &str, class: fn(&char) -> bool) -> usize {
    text.chars().filter(class).count()
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "it stands in one list with the methods of char")]
fn is_special(character: &char) -> bool {
    "!@#$%&*()-_=+[]{}<>:?".contains(*character)
}

#[test]
fn texts_use_all_classes_and_nothing_else() {
    check("random_string", |string| {
        let mut seen = BTreeSet::new();
        for _ in 0..200 {
            let drawn = text(&create(string, &[("length", number(40))]), "result");
            assert_eq!(drawn.chars().count(), 40);
            seen.extend(drawn.chars());
        }
        // 26 + 26 + 10 + 21: in 8,000 draws each of them comes up.
        assert_eq!(seen.len(), 83, "{seen:?}");
        assert!(seen.iter().all(|character| character.is_ascii_alphanumeric() || is_special(character)));
    });
}

#[test]
fn texts_obey_their_rules() {
    type Rule = (&'static [(&'static str, i64)], &'static [&'static str], fn(&str) -> bool);
    let rules: &[Rule] = &[
        (&[("length", 1)], &[], |text| text.chars().count() == 1),
        (&[("length", 8)], &["special", "upper", "numeric"], |text| count(text, char::is_ascii_lowercase) == 8),
        (&[("length", 8)], &["special", "upper", "lower"], |text| count(text, char::is_ascii_digit) == 8),
        (&[("length", 8)], &["upper", "lower", "numeric"], |text| count(text, is_special) == 8),
        (&[("length", 8), ("min_upper", 8)], &[], |text| count(text, char::is_ascii_uppercase) == 8),
        (&[("length", 8), ("min_upper", 2), ("min_lower", 2), ("min_numeric", 2), ("min_special", 2)], &[], |text| {
            let classes: [fn(&char) -> bool; 4] =
                [char::is_ascii_uppercase, char::is_ascii_lowercase, char::is_ascii_digit, is_special];
            classes.iter().all(|class| count(text, *class) == 2)
        }),
        // A minimum holds for a class that is switched off.
        (&[("length", 9), ("min_special", 3)], &["special"], |text| count(text, is_special) == 3),
        (&[("length", 9), ("min_numeric", 9)], &["special", "upper", "lower", "numeric"], |text| {
            count(text, char::is_ascii_digit) == 9
        }),
    ];
    check("random_string", |string| {
        for (numbers, off, holds) in rules {
            let mut given: Vec<(&str, Value)> = numbers.iter().map(|(name, value)| (*name, number(*value))).collect();
            given.extend(off.iter().map(|name| (*name, Value::bool(false))));
            for _ in 0..50 {
                let drawn = text(&create(string, &given), "result");
                assert!(holds(&drawn), "{numbers:?} without {off:?} gave {drawn}");
            }
        }
    });
}

#[test]
fn minimums_are_shuffled_in() {
    check("random_string", |string| {
        let given = [("length", number(4)), ("min_numeric", number(1)), ("numeric", Value::bool(false))];
        let positions: BTreeSet<_> =
            (0..200).map(|_| text(&create(string, &given), "result").find(|c: char| c.is_ascii_digit())).collect();
        assert_eq!(positions, (0..4).map(Some).collect());
    });
}

#[test]
fn special_characters_can_be_others() {
    check("random_string", |string| {
        let only_special = [("upper", false.into()), ("lower", false.into()), ("numeric", false.into())];
        for (special, expected) in [("é_", "é_"), ("", "!@#$%&*()-_=+[]{}<>:?")] {
            let mut given = vec![("length", number(60)), ("override_special", special.into())];
            given.extend(only_special.clone());
            let drawn = text(&create(string, &given), "result");
            assert_eq!(drawn.chars().count(), 60);
            assert!(drawn.chars().all(|character| expected.contains(character)), "{drawn}");
        }
    });
}

#[test]
fn bad_texts_are_refused() {
    check("random_password", |password| {
        let problems = |given: &[(&str, Value)]| -> Vec<String> {
            password.validate(&config(password, given)).iter().map(|problem| problem.summary.clone()).collect()
        };
        let off = |name| (name, Value::bool(false));
        assert_eq!(
            problems(&[("length", number(4)), ("min_upper", number(3)), ("min_special", number(2))]),
            ["Length too small"]
        );
        assert_eq!(problems(&[("length", number(5)), ("min_upper", number(3)), ("min_special", number(2))]), [""; 0]);
        assert_eq!(
            problems(&[("length", number(4)), off("special"), off("upper"), off("lower"), off("numeric")]),
            ["No characters allowed"]
        );
        assert_eq!(problems(&[("length", number(4)), off("special"), off("upper"), off("lower")]), [""; 0]);
        assert_eq!(
            problems(&[("length", number(4)), off("number"), ("numeric", true.into())]),
            ["Contradicting arguments"]
        );
        assert_eq!(problems(&[("length", Value::unknown(Type::Number)), ("min_upper", number(3))]), [""; 0]);
    });
}

#[test]
fn number_and_numeric_are_one() {
    check("random_string", |string| {
        for (given, expected) in [
            (vec![], true),
            (vec![("number", false)], false),
            (vec![("numeric", false)], false),
            (vec![("number", false), ("numeric", false)], false),
        ] {
            let mut arguments = vec![("length", number(3))];
            arguments.extend(given.into_iter().map(|(name, value)| (name, Value::bool(value))));
            let made = create(string, &arguments);
            assert_eq!(made.get("number"), Some(expected.into()));
            assert_eq!(made.get("numeric"), Some(expected.into()));
        }
        let off = create(string, &[("length", number(3)), ("numeric", false.into())]);
        let replaced = plan(string, Some(&off), &config(string, &[("length", number(3))])).replace;
        let replaced: BTreeSet<_> = replaced.iter().map(ToString::to_string).collect();
        assert_eq!(replaced, [".number", ".numeric"].map(str::to_owned).into());
    });
}

#[test]
fn passwords_have_a_hash_and_no_id() {
    check("random_password", |password| {
        for length in [12, 100] {
            let made = create(password, &[("length", number(length))]);
            let (drawn, hash) = (text(&made, "result"), text(&made, "bcrypt_hash"));
            assert_eq!(text(&made, "id"), "none");
            assert!(hash.starts_with("$2a$10$"), "{hash}");
            assert!(bcrypt::verify(&drawn.as_bytes()[..drawn.len().min(72)], &hash).expect("a hash"));
        }
        for name in ["result", "bcrypt_hash"] {
            assert!(password.schema().block.attributes[name].sensitive);
        }
    });
}

#[test]
fn old_states_are_brought_up() {
    check("random_password", |password| {
        let recorded = json!({"length": 3, "number": false, "result": "abc", "bcrypt_hash": null, "id": "none"});
        let attributes = |json: &serde_json::Value| json.as_object().expect("an object").clone();
        let upgraded = password.upgrade(0, attributes(&recorded));
        assert_eq!(upgraded["numeric"], json!(false));
        let hash = upgraded["bcrypt_hash"].as_str().expect("filled in").to_owned();
        assert!(bcrypt::verify("abc", &hash).expect("a hash"));
        assert_eq!(upgraded, password.upgrade(0, attributes(&recorded)), "the same each time");
        // A right hash is kept, a wrong one is not.
        assert_eq!(password.upgrade(2, upgraded.clone()), upgraded);
        let mut wrong = upgraded.clone();
        wrong.insert("result".to_owned(), json!("abd"));
        assert_ne!(password.upgrade(2, wrong.clone())["bcrypt_hash"], json!(hash));
        assert_eq!(password.upgrade(3, wrong.clone()), wrong);
    });
    check("random_string", |string| {
        let recorded = json!({"length": 3, "number": true, "result": "abc", "id": "abc"});
        let upgraded = string.upgrade(1, recorded.as_object().expect("an object").clone());
        assert_eq!(upgraded["numeric"], json!(true));
    });
}

#[test]
fn ids_are_one_number_in_many_ways() {
    check("random_id", |id| {
        let (_, imported) = id.import("my-prefix-,p-9hUg").expect("well formed");
        // printf 'p-9hUg==' | tr -- -_ +/ | base64 -d | xxd -p, and the same in decimal digits
        let expected = json!({
            "keepers": null, "byte_length": 4, "prefix": "my-prefix-", "id": "p-9hUg", "b64_url": "my-prefix-p-9hUg",
            "b64_std": "my-prefix-p+9hUg==", "hex": "my-prefix-a7ef6152", "dec": "my-prefix-2817483090",
        });
        assert_eq!(to_json(&imported), expected);
        let made = create(id, &[("byte_length", number(20))]);
        assert_eq!(text(&made, "hex").len(), 40);
        let (_, again) = id.import(&text(&made, "b64_url")).expect("well formed");
        assert_eq!(again, made);
        for bad in ["", "!", "prefix,", "p-9hUg=="] {
            assert!(id.import(bad).is_err(), "{bad}");
        }
    });
}

#[test]
fn integers_stay_in_their_range() {
    check("random_integer", |integer| {
        let drawn = |min: i64, max: i64| {
            let made = create(integer, &[("min", number(min)), ("max", number(max))]);
            made.get("result")
                .and_then(|value| value.as_number().and_then(wpinfra_core::Number::to_i64))
                .expect("drawn")
        };
        assert_eq!((0..300).map(|_| drawn(-2, 2)).collect::<BTreeSet<_>>(), (-2..=2).collect());
        assert_eq!(drawn(5, 5), 5);
        assert_ne!(drawn(i64::MIN, i64::MAX), drawn(i64::MIN, i64::MAX));
        let bad = config(integer, &[("min", number(2)), ("max", number(1))]);
        assert!(integer.validate(&bad).has_errors());
        assert!(integer.generate(&(Arc::new(()) as Client), &bad).is_err());
    });
}

#[test]
fn seeds_fix_results() {
    let integer = |entropy: u64, seed: &str| {
        let mut made = None;
        check_with("random_integer", entropy, |integer| {
            made = Some(text(
                &create(integer, &[("min", number(1)), ("max", number(50_000)), ("seed", seed.into())]),
                "id",
            ));
        });
        made.expect("made")
    };
    assert_eq!(integer(1, "a"), integer(2, "a"));
    assert_ne!(integer(1, "a"), integer(1, "b"));
    // 0xa89e7d5e06667b23 % 50000 + 1: the first eight bytes of the stream that `entropy.rs` documents.
    assert_eq!(integer(1, "a"), (0xa89e_7d5e_0666_7b23_u64 % 50_000 + 1).to_string());
}

#[test]
fn imports_tell_everything() {
    let imported = |name: &str, id: &str| {
        let mut found = Err(String::new());
        check(name, |resource_type| found = resource_type.import(id).map(|(_, value)| to_json(&value)));
        found
    };
    let integer = json!({"keepers": null, "min": 1, "max": 50000, "seed": null, "result": 15390, "id": "15390"});
    assert_eq!(imported("random_integer", "15390,1,50000"), Ok(integer));
    assert_eq!(imported("random_integer", "15390,1,50000,s").expect("well formed")["seed"], json!("s"));
    for bad in ["15390", "15390,1", "a,1,2", "1,2,3,4,5"] {
        assert!(imported("random_integer", bad).is_err(), "{bad}");
    }
    let uuid = json!({"keepers": null, "id": "aabbccdd-eeff-0011-2233-445566778899", "result": "aabbccdd-eeff-0011-2233-445566778899"});
    assert_eq!(imported("random_uuid", "aabbccdd-eeff-0011-2233-445566778899"), Ok(uuid));
    assert!(imported("random_uuid", "aabbccddeeff00112233445566778899").is_err());
    let bytes = json!({"keepers": null, "length": 16, "base64": "8/fu3q+2DcgSJ19i0jZ5Cw==", "hex": "f3f7eedeafb60dc812275f62d236790b"});
    assert_eq!(imported("random_bytes", "8/fu3q+2DcgSJ19i0jZ5Cw=="), Ok(bytes));
    for name in ["random_pet", "random_shuffle"] {
        assert!(imported(name, "x").is_err(), "{name}");
    }
}

#[test]
fn imported_texts_fit_a_plain_configuration() {
    for name in ["random_password", "random_string"] {
        check(name, |resource_type| {
            let (id, imported) = resource_type.import("securepassword").expect("any text will do");
            assert_eq!(id.0, if name == "random_password" { "none" } else { "securepassword" });
            let planned = plan(resource_type, Some(&imported), &config(resource_type, &[("length", number(14))]));
            assert_eq!(planned.value, imported);
            let planned = plan(resource_type, Some(&imported), &config(resource_type, &[("length", number(16))]));
            assert_eq!(planned.replace.len(), 1);
        });
    }
}

#[test]
fn shuffles_take_rounds() {
    let list = |texts: &[&str]| Value::list(Type::String, texts.iter().map(Value::string).collect());
    check("random_shuffle", |shuffle| {
        let drawn = |count: Option<i64>, seed: Option<&str>| -> Vec<String> {
            let mut given = vec![("input", list(&["a", "b", "c", "d"]))];
            given.extend(count.map(|count| ("result_count", number(count))));
            given.extend(seed.map(|seed| ("seed", seed.into())));
            let made = create(shuffle, &given);
            assert_eq!(text(&made, "id"), "-");
            let result = made.get("result").expect("declared");
            result.elements().expect("a list").iter().map(|value| value.as_str().expect("text").to_owned()).collect()
        };
        let sorted = |mut texts: Vec<String>| {
            texts.sort();
            texts.concat()
        };
        for (count, length) in [(None, 4), (Some(0), 4), (Some(2), 2), (Some(9), 9)] {
            assert_eq!(drawn(count, None).len(), length, "{count:?}");
        }
        assert_eq!(sorted(drawn(None, None)), "abcd");
        let rounds = drawn(Some(9), None);
        assert_eq!(sorted(rounds[..4].to_vec()), "abcd");
        assert_eq!(sorted(rounds[4..8].to_vec()), "abcd");
        assert_eq!((0..300).map(|_| drawn(None, None).concat()).collect::<BTreeSet<_>>().len(), 24);
        assert_eq!(drawn(None, Some("s")), drawn(None, Some("s")));
        let empty = create(shuffle, &[("input", list(&[])), ("result_count", number(3))]);
        assert_eq!(empty.get("result"), Some(list(&[])));
    });
}

#[test]
fn pets_have_their_words() {
    check("random_pet", |pet| {
        for (given, words) in [
            (vec![], 2),
            (vec![("length", number(1))], 1),
            (vec![("length", number(5))], 5),
            (vec![("length", number(2)), ("prefix", "big".into())], 3),
        ] {
            let name = text(&create(pet, &given), "id");
            assert_eq!(name.split('-').count(), words, "{name}");
        }
        let name = text(&create(pet, &[("prefix", "x".into()), ("separator", "_".into())]), "id");
        assert!(name.starts_with("x_") && !name.contains('-'), "{name}");
    });
}

#[test]
fn pet_words_fit_host_names() {
    use super::pet_words::{ADJECTIVES, ADVERBS, ANIMALS};
    for words in [ADVERBS, ADJECTIVES, ANIMALS] {
        assert_eq!(words.iter().collect::<BTreeSet<_>>().len(), words.len());
        assert!(words.iter().all(|word| word.len() <= 12 && word.bytes().all(|byte| byte.is_ascii_lowercase())));
    }
}

#[test]
fn uuids_are_of_version_4() {
    check("random_uuid", |uuid| {
        let drawn: BTreeSet<String> = (0..100).map(|_| text(&create(uuid, &[]), "result")).collect();
        assert_eq!(drawn.len(), 100);
        for text in drawn {
            let parsed = uuid::Uuid::parse_str(&text).expect("a UUID");
            assert_eq!((parsed.get_version_num(), parsed.get_variant()), (4, uuid::Variant::RFC4122));
        }
    });
}

#[test]
fn results_stay_until_keepers_change() {
    let keepers = |value: &str| Value::map(Type::String, [("k", Value::string(value))]);
    let required: &[(&str, &[(&str, i64)])] = &[
        ("random_bytes", &[("length", 4)]),
        ("random_id", &[("byte_length", 4)]),
        ("random_integer", &[("min", 1), ("max", 9)]),
        ("random_password", &[("length", 4)]),
        ("random_pet", &[]),
        ("random_string", &[("length", 4)]),
        ("random_uuid", &[]),
    ];
    for (name, arguments) in required {
        check(name, |resource_type| {
            let with = |keepers: Option<Value>| {
                let mut given: Vec<(&str, Value)> =
                    arguments.iter().map(|(name, value)| (*name, number(*value))).collect();
                given.extend(keepers.map(|keepers| ("keepers", keepers)));
                config(resource_type, &given)
            };
            let made = apply(resource_type, None, &with(Some(keepers("a"))));
            assert_eq!(apply(resource_type, Some(&made), &with(Some(keepers("a")))), made, "{name}");
            let replace = plan(resource_type, Some(&made), &with(Some(keepers("b")))).replace;
            assert_eq!(replace.iter().map(ToString::to_string).collect::<Vec<_>>(), [".keepers"], "{name}");
            // A null that comes in is recorded, and everything else stays.
            let null = made.get("keepers").expect("declared").with_attribute("n", Value::null(Type::String));
            let updated = apply(resource_type, Some(&made), &with(Some(null.clone())));
            assert_eq!(updated, made.with_attribute("keepers", null), "{name}");
        });
    }
}

#[test]
fn models_survive_their_values() {
    for (name, recorded) in [
        (
            "random_shuffle",
            json!({"keepers": {"a": null}, "seed": "", "input": ["x", null], "result_count": null, "result": [null, "x"], "id": "-"}),
        ),
        ("random_pet", json!({"keepers": null, "length": 2, "prefix": "", "separator": "", "id": "x"})),
    ] {
        check(name, |resource_type| {
            let value = from_json(&recorded, &resource_type.schema().implied_type()).expect("fits");
            let client: Client = Arc::new(());
            let kept = resource_type.generate_update(&client, &value, &value).expect("kept");
            assert_eq!(kept, value);
        });
    }
}

/// Returns what a future gives that waits for nothing.
fn at_once<T>(mut future: BoxFuture<'_, T>) -> T {
    match future.as_mut().poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(result) => result,
        Poll::Pending => panic!("nobody is asked for it"),
    }
}

#[test]
fn ephemeral_passwords_obey_their_rules_and_differ_each_time() {
    let entropy: Arc<dyn Entropy> = Arc::new(TestEntropy::new(7));
    let family = super::family(&entropy);
    let password = &family.ephemeral_types()["random_password"];
    let client: Client = Arc::new(());
    let config = password
        .schema()
        .block
        .empty_value()
        .with_attribute("length", number(12))
        .with_attribute("special", Value::bool(false))
        .with_attribute("min_numeric", number(3));
    let mut drawn = BTreeSet::new();
    for _ in 0..5 {
        let opened = at_once(password.open(&client, &config)).unwrap_or_else(|error| panic!("{error}"));
        let result = text(&opened.value, "result");
        assert!(result.chars().count() == 12 && count(&result, char::is_ascii_digit) >= 3, "{result}");
        assert_eq!(count(&result, is_special), 0, "{result}");
        assert!(bcrypt::verify(&result, &text(&opened.value, "bcrypt_hash")).expect("a hash"));
        assert_eq!(opened.value.get("upper"), Some(Value::bool(true)));
        assert_eq!(opened.lease.renew_after, None);
        drawn.insert(result);
    }
    assert_eq!(drawn.len(), 5);
    let wrong = config.with_attribute("min_upper", number(20));
    assert!(password.validate(&wrong).has_errors());
}
