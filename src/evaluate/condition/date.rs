//! Date operators (E134, E140): instants, written in the W3C forms or as epoch seconds.

use jiff::Timestamp;
use jiff::civil::DateTime;
use jiff::tz::TimeZone;

/// The instants that a text of a policy can mean: one, or two for a bare four-digit number (U14). Empty: not a date.
#[must_use]
pub fn parse_date(text: &str) -> Vec<Timestamp> {
    let epoch = epoch_seconds(text);
    let calendar = w3c(text);
    let mut readings: Vec<Timestamp> = epoch.into_iter().chain(calendar).collect();
    readings.dedup();
    readings
}

fn epoch_seconds(text: &str) -> Option<Timestamp> {
    let digits = text.strip_prefix('-').unwrap_or(text);
    if digits.is_empty() || !digits.bytes().all(|b| b.is_ascii_digit()) {
        return None;
    }
    Timestamp::from_second(text.parse().ok()?).ok()
}

/// `YYYY`, `YYYY-MM`, `YYYY-MM-DD`, `YYYY-MM-DDThh:mmTZD`, `…:ssTZD`, `…:ss.sTZD`; a date alone is taken as UTC.
fn w3c(text: &str) -> Option<Timestamp> {
    let (date, time) = text.split_once('T').map_or((text, None), |(date, time)| (date, Some(time)));
    let mut fields = date.split('-');
    let year = number(fields.next()?, 4)?;
    let month = fields.next().map_or(Some(1), |text| number(text, 2))?;
    let day = fields.next().map_or(Some(1), |text| number(text, 2))?;
    if fields.next().is_some() || (time.is_some() && date.len() != 10) {
        return None;
    }
    let (hour, minute, second, nanosecond, offset) = match time {
        None => (0, 0, 0, 0, 0),
        Some(time) => clock(time)?,
    };
    let (year, month, day) = (i16::try_from(year).ok()?, i8::try_from(month).ok()?, i8::try_from(day).ok()?);
    let civil = DateTime::new(year, month, day, hour, minute, second, nanosecond).ok()?;
    let zone = TimeZone::fixed(jiff::tz::Offset::from_seconds(offset).ok()?);
    zone.to_timestamp(civil).ok()
}

/// Hour, minute, second, nanosecond and the zone's offset in seconds.
fn clock(text: &str) -> Option<(i8, i8, i8, i32, i32)> {
    let at = text.find(['Z', '+', '-'])?;
    let (clock, zone) = text.split_at_checked(at)?;
    let offset = if zone == "Z" {
        0
    } else {
        let sign = if zone.starts_with('-') { -1 } else { 1 };
        let (hours, minutes) = zone.get(1..)?.split_once(':')?;
        sign * (number(hours, 2)? * 3600 + number(minutes, 2)? * 60)
    };
    let mut fields = clock.split(':');
    let hour = number(fields.next()?, 2)?;
    let minute = number(fields.next()?, 2)?;
    let (second, fraction) = fields
        .next()
        .map_or(("00", ""), |text| text.split_once('.').unwrap_or((text, "")));
    if fields.next().is_some() || (second.len() != clock.len() && clock.ends_with('.')) {
        return None;
    }
    let nanosecond = if fraction.is_empty() {
        0
    } else {
        format!("{fraction:0<9}").get(..9)?.parse().ok()?
    };
    let small = |value: i32| i8::try_from(value).ok();
    Some((small(hour)?, small(minute)?, small(number(second, 2)?)?, nanosecond, offset))
}

fn number(text: &str, digits: usize) -> Option<i32> {
    let is_number = text.len() == digits && text.bytes().all(|b| b.is_ascii_digit());
    if is_number { text.parse().ok() } else { None }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn seconds(text: &str) -> Vec<i64> {
        parse_date(text).into_iter().map(Timestamp::as_second).collect()
    }

    #[test]
    fn every_w3c_form_and_epoch_seconds_are_instants() {
        assert_eq!(seconds("1970-01-01T00:00:10Z"), [10]);
        assert_eq!(seconds("1970-01-01T01:00:10+01:00"), [10]);
        assert_eq!(seconds("1970-01-01T00:01Z"), [60]);
        assert_eq!(seconds("1970-01-02"), [86_400]);
        assert_eq!(seconds("1970-02"), [31 * 86_400]);
        assert_eq!(seconds("1577836800"), [1_577_836_800]);
        assert_eq!(seconds("2020"), [2020, 1_577_836_800]);
        assert_eq!(
            parse_date("1970-01-01T00:00:10.5Z").first().map(|t| t.as_millisecond()),
            Some(10_500)
        );
        for wrong in [
            "",
            "tomorrow",
            "2020-13-01",
            "2020-1-1",
            "2020-01-01T00:00:00",
            "2020-01-01 00:00:00Z",
            "Jan 1 2024",
            "T00:00Z",
        ] {
            assert!(parse_date(wrong).is_empty(), "{wrong}");
        }
    }
}
