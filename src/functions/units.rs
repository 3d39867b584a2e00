//! Measures in other units. Units carry the names that UnitsNet gives them, as in Kusto.

use std::f64::consts::PI;

use super::{Function, text};
use crate::types::Value;

/// A unit's name and how many of the measure's base unit it holds.
type Unit = (&'static str, f64);

/// Radians.
const ANGLE: &[Unit] = &[
    ("Radian", 1.0),
    ("Degree", PI / 180.0),
    ("Arcminute", PI / 180.0 / 60.0),
    ("Arcsecond", PI / 180.0 / 3600.0),
    ("Centiradian", 1e-2),
    ("Deciradian", 1e-1),
    ("Gradian", PI / 200.0),
    ("Microdegree", PI / 180.0 * 1e-6),
    ("Microradian", 1e-6),
    ("Millidegree", PI / 180.0 * 1e-3),
    ("Milliradian", 1e-3),
    ("Nanodegree", PI / 180.0 * 1e-9),
    ("Nanoradian", 1e-9),
    ("NatoMil", PI / 3200.0),
    ("Revolution", 2.0 * PI),
];

/// Joules.
const ENERGY: &[Unit] = &[
    ("Joule", 1.0),
    ("BritishThermalUnit", 1_055.055_852_62),
    ("Calorie", 4.184),
    ("DecathermEc", 1.055_055_852_62e9),
    ("DecathermImperial", 1.055_055_852_57e9),
    ("DecathermUs", 1.054_804e9),
    ("ElectronVolt", 1.602_176_565e-19),
    ("Erg", 1e-7),
    ("FootPound", 1.355_817_948_331_400_4),
    ("GigabritishThermalUnit", 1.055_055_852_62e12),
    ("GigaelectronVolt", 1.602_176_565e-10),
    ("Gigajoule", 1e9),
    ("GigawattDay", 8.64e13),
    ("GigawattHour", 3.6e12),
    ("HorsepowerHour", 2.684_519_537_696_173e6),
    ("KilobritishThermalUnit", 1.055_055_852_62e6),
    ("Kilocalorie", 4184.0),
    ("KiloelectronVolt", 1.602_176_565e-16),
    ("Kilojoule", 1e3),
    ("KilowattDay", 8.64e7),
    ("KilowattHour", 3.6e6),
    ("MegabritishThermalUnit", 1.055_055_852_62e9),
    ("Megacalorie", 4.184e6),
    ("MegaelectronVolt", 1.602_176_565e-13),
    ("Megajoule", 1e6),
    ("MegawattDay", 8.64e10),
    ("MegawattHour", 3.6e9),
    ("Millijoule", 1e-3),
    ("TeraelectronVolt", 1.602_176_565e-7),
    ("TerawattDay", 8.64e16),
    ("TerawattHour", 3.6e15),
    ("ThermEc", 1.055_055_852_62e8),
    ("ThermImperial", 1.055_055_852_57e8),
    ("ThermUs", 1.054_804e8),
    ("WattDay", 86_400.0),
    ("WattHour", 3600.0),
];

/// Newtons.
const FORCE: &[Unit] = &[
    ("Newton", 1.0),
    ("Decanewton", 10.0),
    ("Dyn", 1e-5),
    ("KilogramForce", 9.806_65),
    ("Kilonewton", 1e3),
    ("KiloPond", 9.806_65),
    ("KilopoundForce", 4_448.221_615_260_5),
    ("Meganewton", 1e6),
    ("Micronewton", 1e-6),
    ("Millinewton", 1e-3),
    ("OunceForce", 0.278_013_850_953_781_2),
    ("Poundal", 0.138_254_954_376),
    ("PoundForce", 4.448_221_615_260_5),
    ("ShortTonForce", 8_896.443_230_521),
    ("TonneForce", 9806.65),
];

/// Metres.
const LENGTH: &[Unit] = &[
    ("Meter", 1.0),
    ("Angstrom", 1e-10),
    ("AstronomicalUnit", 1.495_978_707e11),
    ("Centimeter", 1e-2),
    ("Chain", 20.1168),
    ("DataMile", 1828.8),
    ("Decameter", 10.0),
    ("Decimeter", 1e-1),
    ("DtpPica", 0.0254 / 6.0),
    ("DtpPoint", 0.0254 / 72.0),
    ("Fathom", 1.8288),
    ("Foot", 0.3048),
    ("Hand", 0.1016),
    ("Hectometer", 100.0),
    ("Inch", 0.0254),
    ("KilolightYear", 9.460_730_472_580_8e18),
    ("Kilometer", 1e3),
    ("Kiloparsec", 3.085_677_581_280_07e19),
    ("LightYear", 9.460_730_472_580_8e15),
    ("MegalightYear", 9.460_730_472_580_8e21),
    ("Megaparsec", 3.085_677_581_280_07e22),
    ("Microinch", 2.54e-8),
    ("Micrometer", 1e-6),
    ("Mil", 2.54e-5),
    ("Mile", 1609.344),
    ("Millimeter", 1e-3),
    ("Nanometer", 1e-9),
    ("NauticalMile", 1852.0),
    ("Parsec", 3.085_677_581_280_07e16),
    ("PrinterPica", 0.0254 / 6.022_5),
    ("PrinterPoint", 0.0254 / 72.27),
    ("Shackle", 27.432),
    ("SolarRadius", 6.955_1e8),
    ("Twip", 0.0254 / 1440.0),
    ("UsSurveyFoot", 1200.0 / 3937.0),
    ("Yard", 0.9144),
];

/// Kilograms.
const MASS: &[Unit] = &[
    ("Kilogram", 1.0),
    ("Centigram", 1e-5),
    ("Decagram", 1e-2),
    ("Decigram", 1e-4),
    ("EarthMass", 5.972_2e24),
    ("Grain", 6.479_891e-5),
    ("Gram", 1e-3),
    ("Hectogram", 0.1),
    ("Kilopound", 453.592_37),
    ("Kilotonne", 1e6),
    ("LongHundredweight", 50.802_345_44),
    ("LongTon", 1_016.046_908_8),
    ("Megapound", 453_592.37),
    ("Megatonne", 1e9),
    ("Microgram", 1e-9),
    ("Milligram", 1e-6),
    ("Nanogram", 1e-12),
    ("Ounce", 0.028_349_523_125),
    ("Pound", 0.453_592_37),
    ("ShortHundredweight", 45.359_237),
    ("ShortTon", 907.184_74),
    ("Slug", 14.593_902_937_206_365),
    ("SolarMass", 1.989e30),
    ("Stone", 6.350_293_18),
    ("Tonne", 1e3),
];

/// Metres a second.
const SPEED: &[Unit] = &[
    ("MeterPerSecond", 1.0),
    ("CentimeterPerHour", 1e-2 / 3600.0),
    ("CentimeterPerMinute", 1e-2 / 60.0),
    ("CentimeterPerSecond", 1e-2),
    ("DecimeterPerMinute", 1e-1 / 60.0),
    ("DecimeterPerSecond", 1e-1),
    ("FootPerHour", 0.3048 / 3600.0),
    ("FootPerMinute", 0.3048 / 60.0),
    ("FootPerSecond", 0.3048),
    ("InchPerHour", 0.0254 / 3600.0),
    ("InchPerMinute", 0.0254 / 60.0),
    ("InchPerSecond", 0.0254),
    ("KilometerPerHour", 1e3 / 3600.0),
    ("KilometerPerMinute", 1e3 / 60.0),
    ("KilometerPerSecond", 1e3),
    ("Knot", 1852.0 / 3600.0),
    ("MeterPerHour", 1.0 / 3600.0),
    ("MeterPerMinute", 1.0 / 60.0),
    ("MicrometerPerMinute", 1e-6 / 60.0),
    ("MicrometerPerSecond", 1e-6),
    ("MilePerHour", 0.447_04),
    ("MillimeterPerHour", 1e-3 / 3600.0),
    ("MillimeterPerMinute", 1e-3 / 60.0),
    ("MillimeterPerSecond", 1e-3),
    ("NanometerPerMinute", 1e-9 / 60.0),
    ("NanometerPerSecond", 1e-9),
    ("UsSurveyFootPerHour", 1200.0 / 3937.0 / 3600.0),
    ("UsSurveyFootPerMinute", 1200.0 / 3937.0 / 60.0),
    ("UsSurveyFootPerSecond", 1200.0 / 3937.0),
    ("YardPerHour", 0.9144 / 3600.0),
    ("YardPerMinute", 0.9144 / 60.0),
    ("YardPerSecond", 0.9144),
];

/// Cubic metres.
const VOLUME: &[Unit] = &[
    ("CubicMeter", 1.0),
    ("AcreFoot", 1.0 / 0.000_810_714),
    ("AuTablespoon", 2e-5),
    ("BoardFoot", 0.0254 * 0.3048 * 0.3048),
    ("Centiliter", 1e-5),
    ("CubicCentimeter", 1e-6),
    ("CubicDecimeter", 1e-3),
    ("CubicFoot", 0.028_316_846_592),
    ("CubicHectometer", 1e6),
    ("CubicInch", 1.638_706_4e-5),
    ("CubicKilometer", 1e9),
    ("CubicMicrometer", 1e-18),
    ("CubicMile", 4.168_181_825_440_58e9),
    ("CubicMillimeter", 1e-9),
    ("CubicYard", 0.764_554_857_984),
    ("Decaliter", 1e-2),
    ("Deciliter", 1e-4),
    ("Hectoliter", 0.1),
    ("ImperialGallon", 0.004_546_09),
    ("ImperialOunce", 2.841_306_25e-5),
    ("ImperialPint", 5.682_612_5e-4),
    ("Kiloliter", 1.0),
    ("Liter", 1e-3),
    ("Megaliter", 1e3),
    ("MetricCup", 2.5e-4),
    ("MetricTeaspoon", 5e-6),
    ("Microliter", 1e-9),
    ("Milliliter", 1e-6),
    ("OilBarrel", 0.158_987_294_928),
    ("UkTablespoon", 1.5e-5),
    ("UsBeerBarrel", 0.117_347_765_304),
    ("UsCustomaryCup", 2.365_882_365e-4),
    ("UsGallon", 0.003_785_411_784),
    ("UsLegalCup", 2.4e-4),
    ("UsOunce", 2.957_352_956_25e-5),
    ("UsPint", 4.731_764_73e-4),
    ("UsQuart", 9.463_529_46e-4),
    ("UsTablespoon", 1.478_676_478_125e-5),
    ("UsTeaspoon", 4.928_921_593_75e-6),
];

fn convert<'a>(arguments: &[Value<'a>], units: &[Unit]) -> Value<'a> {
    let size = |at: usize| units.iter().find(|(name, _)| *name == text(arguments, at)).map(|(_, size)| *size);
    match (arguments[0].as_f64(), size(1), size(2)) {
        (Some(value), Some(from), Some(to)) => Value::Real(value * from / to),
        _ => Value::Null,
    }
}

/// Kelvins are `value * scale + zero`.
const TEMPERATURE: &[(&str, f64, f64)] = &[
    ("Kelvin", 1.0, 0.0),
    ("DegreeCelsius", 1.0, 273.15),
    ("MillidegreeCelsius", 1e-3, 273.15),
    ("DegreeDelisle", -2.0 / 3.0, 373.15),
    ("DegreeFahrenheit", 5.0 / 9.0, 459.67 * 5.0 / 9.0),
    ("DegreeNewton", 100.0 / 33.0, 273.15),
    ("DegreeRankine", 5.0 / 9.0, 0.0),
    ("DegreeReaumur", 1.25, 273.15),
    ("DegreeRoemer", 40.0 / 21.0, 273.15 - 7.5 * 40.0 / 21.0),
    ("SolarTemperature", 5778.0, 0.0),
];

fn convert_temperature<'a>(arguments: &[Value<'a>]) -> Value<'a> {
    let unit = |at: usize| TEMPERATURE.iter().find(|(name, ..)| *name == text(arguments, at));
    match (arguments[0].as_f64(), unit(1), unit(2)) {
        (Some(value), Some((_, scale, zero)), Some((_, wanted, wanted_zero))) => {
            Value::Real((value * scale + zero - wanted_zero) / wanted)
        }
        _ => Value::Null,
    }
}

macro_rules! conversion {
    ($name:literal, $doc:literal, $example:literal, $answer:literal, $units:expr) => {
        Function::kernel(
            $name,
            &["(value: real, from: const string, to: const string) -> real"],
            $doc,
            &[($example, $answer)],
            |_, a| convert(a, $units),
        )
    };
}

/// The family.
pub const FUNCTIONS: &[Function] = &[
    conversion!(
        "convert_angle",
        "An angle in another unit.",
        "convert_angle(2, 'Degree', 'Arcminute')",
        "120.0",
        ANGLE
    ),
    conversion!(
        "convert_energy",
        "An energy in another unit.",
        "convert_energy(1, 'WattHour', 'Joule')",
        "3600.0",
        ENERGY
    ),
    conversion!(
        "convert_force",
        "A force in another unit.",
        "convert_force(1, 'Kilonewton', 'Newton')",
        "1000.0",
        FORCE
    ),
    conversion!(
        "convert_length",
        "A length in another unit.",
        "convert_length(1, 'Mile', 'Meter')",
        "1609.344",
        LENGTH
    ),
    conversion!("convert_mass", "A mass in another unit.", "convert_mass(1, 'Tonne', 'Kilogram')", "1000.0", MASS),
    conversion!(
        "convert_speed",
        "A speed in another unit.",
        "convert_speed(1, 'MeterPerSecond', 'CentimeterPerSecond')",
        "100.0",
        SPEED
    ),
    conversion!(
        "convert_volume",
        "A volume in another unit.",
        "convert_volume(1, 'Hectoliter', 'CubicMeter')",
        "0.1",
        VOLUME
    ),
    Function::kernel(
        "convert_temperature",
        &["(value: real, from: const string, to: const string) -> real"],
        "A temperature in another unit.",
        &[("convert_temperature(0, 'DegreeCelsius', 'Kelvin')", "273.15")],
        |_, a| convert_temperature(a),
    ),
];
