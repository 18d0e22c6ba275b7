//! Who the demo's people are, and what they wrote. Nobody here exists.

use domain::{CallKind, CallOutcome, Role};

pub(super) struct Person {
    pub name: &'static str,
    pub email: &'static str,
    pub role: Role,
    pub speciality: &'static str,
}

/// One entry; people by the beginning of their names.
#[derive(Clone, Copy)]
pub(super) struct Line {
    pub days_ago: u32,
    pub hour: u8,
    pub minute: u8,
    pub from: &'static str,
    pub to: &'static str,
    /// It has arrived, but its receiver has not looked yet.
    pub unread: bool,
    pub said: Said,
}

#[derive(Clone, Copy)]
pub(super) enum Said {
    Text(&'static str),
    /// `preferences` and `meals` are JSON.
    Plan {
        text: &'static str,
        name: &'static str,
        calories: &'static str,
        preferences: &'static str,
        meals: &'static str,
    },
    Call {
        kind: CallKind,
        outcome: CallOutcome,
        seconds: u64,
    },
}

use Said::{Call, Plan, Text};

pub(super) const PEOPLE: [Person; 6] = [
    person("Hannah Weiss", "hannah@demo.example", Role::Dietician, "Diabetes and metabolic health"),
    person("Tomás Oliveira", "tomas@demo.example", Role::Dietician, "Sports nutrition"),
    person("Amira Haddad", "amira@demo.example", Role::Patient, ""),
    person("Jonas Lindqvist", "jonas@demo.example", Role::Patient, ""),
    person("Priya Nair", "priya@demo.example", Role::Patient, ""),
    person("Ines Duarte", "ines@demo.example", Role::Admin, ""),
];

const fn person(name: &'static str, email: &'static str, role: Role, speciality: &'static str) -> Person {
    Person { name, email, role, speciality }
}

const fn line(days_ago: u32, hour: u8, minute: u8, from: &'static str, to: &'static str, said: Said) -> Line {
    Line { days_ago, hour, minute, from, to, unread: false, said }
}

const fn unread(line: Line) -> Line {
    Line { unread: true, ..line }
}

pub(super) const SCRIPT: [Line; 41] = [
    // Amira, prediabetes.
    line(
        6,
        8,
        12,
        "Amira",
        "Hannah",
        Text(
            "Good morning Hannah, thank you for the first appointment. My lab results are in: HbA1c 6.1 %, fasting glucose 108.",
        ),
    ),
    line(
        6,
        9,
        40,
        "Hannah",
        "Amira",
        Text(
            "Good morning Amira! Thank you, that helps a lot. Both are slightly raised, so we have caught this early. Nothing here needs medication right now; food and movement will do most of it.",
        ),
    ),
    line(
        6,
        9,
        41,
        "Hannah",
        "Amira",
        Text(
            "For the next three days, could you write down what you eat and roughly when? No changes yet, just a normal week.",
        ),
    ),
    line(6, 12, 5, "Amira", "Hannah", Text("Sure. Should I weigh things?")),
    line(
        6,
        12,
        20,
        "Hannah",
        "Amira",
        Text("No scales, please. “A fist of rice” or “two slices of bread” is exactly what I need."),
    ),
    line(
        4,
        20,
        31,
        "Amira",
        "Hannah",
        Text(
            "Day 1: porridge with banana and honey (7:00), coffee with oat milk, cheese sandwich (12:30), two biscuits (16:00), lentil soup with flatbread (19:30)\nDay 2: nothing in the morning, croissant (10:00), pasta with tomato sauce (13:00), apple, rice with chicken and salad (20:00)\nDay 3: toast with jam, leftover rice (12:00), dates, 5 or 6 of them (17:00), omelette and bread (20:30)",
        ),
    ),
    line(4, 20, 33, "Amira", "Hannah", Text("The dates are my mother's fault 😄")),
    line(
        3,
        8,
        15,
        "Hannah",
        "Amira",
        Text(
            "Mothers and dates, I know that story. Keep two of them, with a few almonds, after a meal rather than alone. That alone flattens the curve quite a bit.",
        ),
    ),
    line(
        3,
        8,
        17,
        "Hannah",
        "Amira",
        Text(
            "What I see: long gaps, then mostly starch. Let us put protein into breakfast and a real lunch, and keep everything that you like. Do you have ten minutes for a call today?",
        ),
    ),
    line(3, 8, 44, "Amira", "Hannah", Text("After work, 17:30?")),
    line(
        3,
        17,
        30,
        "Hannah",
        "Amira",
        Call { kind: CallKind::Video, outcome: CallOutcome::Completed, seconds: 14 * 60 + 22 },
    ),
    line(
        3,
        18,
        2,
        "Hannah",
        "Amira",
        Plan {
            text: "As discussed. Swap lunches and dinners as you like, they are about the same size.",
            name: "Steady days, week 1",
            calories: "1850",
            preferences: r#"{"diet":"Mediterranean","avoid":["pork"],"notes":"Dates allowed: two, after a meal"}"#,
            meals: r#"[{"name":"Breakfast","time":"07:00","items":["Greek yoghurt, 200 g","Oats, 3 tablespoons","Berries and walnuts"],"calories":420},{"name":"Lunch","time":"12:30","items":["Lentil salad with feta and peppers","One slice of wholegrain bread"],"calories":560},{"name":"Snack","time":"16:00","items":["Two dates, ten almonds"],"calories":170},{"name":"Dinner","time":"19:00","items":["Chicken or chickpeas","Vegetables, half the plate","Bulgur, one fist"],"calories":700}]"#,
        },
    ),
    line(3, 18, 9, "Amira", "Hannah", Text("This looks doable! I thought you would take the bread away.")),
    line(3, 18, 15, "Hannah", "Amira", Text("Never. Bread stays, it just gets company.")),
    line(
        1,
        7,
        26,
        "Amira",
        "Hannah",
        Text("Two days in: the yoghurt breakfast keeps me full until noon, which has never happened before."),
    ),
    line(1, 7, 58, "Hannah", "Amira", Text("Wonderful, that is the protein. How was the evening walk?")),
    line(
        1,
        21,
        4,
        "Amira",
        "Hannah",
        Text("20 minutes yesterday and 35 today. My sugar two hours after dinner was 128."),
    ),
    line(
        0,
        3,
        0,
        "Hannah",
        "Amira",
        Text("128 after dinner is excellent. Please measure on three evenings this week, that is plenty."),
    ),
    unread(line(
        0,
        18,
        0,
        "Amira",
        "Hannah",
        Text(
            "Will do. One question: we have a family wedding on Saturday, and there will be a lot of sweets. Any strategy?",
        ),
    )),
    // Priya, iron deficiency.
    line(
        5,
        10,
        2,
        "Hannah",
        "Priya",
        Text(
            "Hello Priya, your doctor sent me the referral: ferritin 11, vegetarian, no supplements yet. Is there anything you would like to start with?",
        ),
    ),
    line(
        5,
        13,
        37,
        "Priya",
        "Hannah",
        Text("Hi! Mostly I am tired of being tired. And the tablets upset my stomach, so I stopped after a week."),
    ),
    line(
        5,
        14,
        10,
        "Hannah",
        "Priya",
        Text(
            "Very common. Please ask your doctor about taking one every other day; it is absorbed about as well and far kinder to the stomach.",
        ),
    ),
    line(
        5,
        14,
        12,
        "Hannah",
        "Priya",
        Text(
            "From the kitchen: lentils, tofu, pumpkin seeds, oats. Always with something sour, lemon or peppers. And tea or coffee an hour apart from these meals.",
        ),
    ),
    line(5, 14, 30, "Priya", "Hannah", Text("The tea will be the hard part 😅")),
    line(2, 9, 18, "Priya", "Hannah", Text("The doctor agreed: every other day, and so far no nausea at all.")),
    line(
        2,
        11,
        45,
        "Hannah",
        "Priya",
        Text("Great news. We will look at ferritin again in eight weeks, before that the number says little."),
    ),
    unread(line(
        0,
        14,
        0,
        "Priya",
        "Hannah",
        Text("Is dal with spinach and lemon a good lunch, or do the oxalates spoil it?"),
    )),
    unread(line(0, 14, 6, "Priya", "Hannah", Text("Also: may I have my chai at four if lunch was at twelve?"))),
    // Jonas, first marathon.
    line(
        6,
        16,
        0,
        "Jonas",
        "Tomás",
        Text("Hi Tomás, 18 weeks until the marathon. I hit a wall at 25 km every single time."),
    ),
    line(
        6,
        17,
        22,
        "Tomás",
        "Jonas",
        Text("Hi Jonas! What do you eat in the last three hours before a long run, and what during it?"),
    ),
    line(6, 18, 3, "Jonas", "Tomás", Text("A banana. During: water.")),
    line(
        6,
        18,
        10,
        "Tomás",
        "Jonas",
        Text(
            "Then the wall is simply an empty tank. At your weight aim for 100 to 120 g of carbohydrates two to three hours before, then 40 g an hour while running, and we build that up to 60.",
        ),
    ),
    line(5, 7, 45, "Jonas", "Tomás", Text("What do 100 g look like?")),
    line(
        5,
        8,
        20,
        "Tomás",
        "Jonas",
        Text(
            "80 g oats with a banana and a spoon of honey, and a glass of juice. Try it on Sunday before the 24, nothing new on race day.",
        ),
    ),
    line(2, 13, 9, "Jonas", "Tomás", Text("24 km done, no wall!! But two gels gave me stomach cramps around 20 km.")),
    line(
        2,
        13,
        40,
        "Tomás",
        "Jonas",
        Text(
            "Congratulations! Take the gels with 150 ml of water and start at 30 minutes, half a gel at a time. The gut is trained like the legs.",
        ),
    ),
    line(1, 18, 30, "Tomás", "Jonas", Call { kind: CallKind::Audio, outcome: CallOutcome::Missed, seconds: 0 }),
    line(
        1,
        18,
        34,
        "Tomás",
        "Jonas",
        Text("I tried to reach you about the recovery week. Nothing urgent, tomorrow after five is fine too."),
    ),
    line(0, 10, 0, "Jonas", "Tomás", Text("Sorry, I was in the pool. Tomorrow 17:15 works well for me.")),
    // Colleagues.
    line(
        2,
        15,
        2,
        "Tomás",
        "Hannah",
        Text("Do you have a handout on iron for vegetarian endurance athletes? I have one with a ferritin of 14."),
    ),
    line(
        2,
        15,
        31,
        "Hannah",
        "Tomás",
        Text("Yes, I will bring you a copy tomorrow. Have his doctor check B12 as well."),
    ),
];
