"""Short invented stories with questions about them, to teach a small model where an answer stands in a text.

A story has a few wordings of the same facts, and turns: a question by name, the same question as it is asked later in a talk
("How long has she lived there?"), and the answer, which stands in every wording. Names, places and amounts are drawn at random.
`TRAINED` are learnt from; `HELD_OUT` are other stories, for measuring (`benchmarks/qa.py`).
"""

import random
from collections.abc import Callable
from dataclasses import dataclass, field
from string import Formatter

from engine.models.question_prompt import NO_ANSWER

WOMEN = ("Amara", "Brigid", "Chiyo", "Dagny", "Elif", "Fatou", "Greta", "Hinemoa", "Ingrid", "Jaya", "Katya", "Leocadia", "Mireille", "Nkechi",
         "Odile", "Petra", "Quintana", "Rosalind", "Saoirse", "Tomoe", "Ursula", "Violeta", "Wanda", "Ximena", "Yasmin", "Zora", "Anneke", "Beatriz",
         "Clara", "Freya", "Hanna", "Julia", "Laura", "Marta", "Nina", "Paula", "Rita", "Sofia", "Thea", "Vera")
MEN = ("Anselm", "Bartek", "Cosimo", "Dmitri", "Emeka", "Farid", "Gustav", "Hiroshi", "Ivo", "Jamal", "Kofi", "Lorenz", "Matteo", "Nils",
       "Oskar", "Pavel", "Quentin", "Rashid", "Stellan", "Teodor", "Umberto", "Viktor", "Wilfred", "Xavier", "Yusuf", "Zoltan", "Anton", "Bruno",
       "Carlos", "Daniel", "Erik", "Felix", "Georg", "Henry", "Jonas", "Kevin", "Leo", "Martin", "Omar", "Tom")
SURNAMES = ("Abernathy", "Bergström", "Castellano", "Demir", "Eriksen", "Fontaine", "Grabowski", "Hakimi", "Ivanova", "Jankowski", "Keller", "Lindqvist",
            "Moreau", "Nakamura", "Okafor", "Petrenko", "Quispe", "Rossi", "Schuster", "Takahashi", "Usman", "Varga", "Weiss", "Yilmaz", "Zapata")
CITIES = ("Aarhus", "Bologna", "Cusco", "Dakar", "Esbjerg", "Fukuoka", "Granada", "Haifa", "Izmir", "Jaipur", "Kraków", "Leipzig", "Mombasa", "Nantes",
          "Oporto", "Pune", "Quito", "Riga", "Seville", "Tampere", "Utrecht", "Varna", "Winnipeg", "Xi'an", "Yerevan", "Zagreb", "Boston", "Cardiff",
          "Denver", "Geneva", "Hamburg", "Kyoto", "Lisbon", "Munich", "Naples", "Oslo", "Paris", "Rome", "Sydney", "Vienna", "New Haven", "San Marino")
COUNTRIES = ("Argentina", "Belgium", "Chile", "Denmark", "Estonia", "Finland", "Ghana", "Hungary", "Iceland", "Jordan", "Kenya", "Latvia", "Morocco",
             "Norway", "Oman", "Peru", "Romania", "Senegal", "Tunisia", "Uruguay", "Vietnam", "New Zealand")
COMPANIES = ("Aldertree", "Brightwell", "Corvana", "Dunmore & Sons", "Eastgate Foods", "Ferrolux", "Greyhill Optics", "Havenport", "Ironbridge Tools",
             "Juniper Mills", "Kestrel Air", "Lumenda", "Marlowe Books", "Northwind", "Ostara", "Pinehurst Dairy", "Quillon", "Redfern Textiles", "Solvane",
             "Tidewater Shipping")
JOBS = ("a baker", "a nurse", "a carpenter", "an accountant", "a surgeon", "a gardener", "a translator", "a pilot", "a librarian", "an electrician",
        "a dentist", "a journalist", "a tailor", "a geologist", "a police officer", "an interpreter", "a bus driver", "a violinist")
SUBJECTS = ("chemistry", "law", "medicine", "history", "architecture", "marine biology", "economics", "philosophy", "linguistics", "physics", "music",
            "civil engineering", "fine arts", "mathematics")
THINGS = ("a bicycle", "a red kettle", "a leather sofa", "a telescope", "a camera", "a wooden canoe", "a piano", "a winter coat", "a sewing machine",
          "a lawn mower", "a used van", "an oak table", "a silver ring", "a tent", "a coffee machine")
ANIMALS = ("a parrot", "a tortoise", "a greyhound", "a kitten", "a rabbit", "a pony", "a goldfish", "a hamster", "a terrier", "a goat")
PET_NAMES = ("Biscuit", "Comet", "Dumpling", "Echo", "Fig", "Ginger", "Hobbes", "Inky", "Jasper", "Koko", "Lupo", "Mango", "Noodle", "Olive", "Pepper")
DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
MONTHS = ("January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November", "December")
COLOURS = ("red", "blue", "green", "yellow", "white", "black", "orange", "purple", "grey", "turquoise")
INSTRUMENTS = ("the cello", "the flute", "the drums", "the trumpet", "the harp", "the guitar", "the accordion", "the clarinet")
SPORTS = ("handball", "volleyball", "rugby", "water polo", "hockey", "basketball", "football", "cricket")
DISHES = ("lentil soup", "apple pie", "mushroom risotto", "fish stew", "potato salad", "rye bread", "rice pudding", "vegetable curry")
UNITS = ("days", "weeks", "months", "years")
LANGUAGES = ("Danish", "Portuguese", "Swahili", "Korean", "Greek", "Arabic", "Polish", "Hindi", "Catalan", "Finnish", "Turkish", "Welsh")
TOPICS = ("bees", "lighthouses", "glaciers", "medieval trade", "volcanoes", "railways", "deep-sea fish", "old maps", "cathedrals", "comets")
CAUSES = ("heavy snow", "a broken signal", "a strike", "a flooded road", "thick fog", "a missing part", "a power cut", "a storm")
RIVERS = ("the Alder", "the Brune", "the Caldera", "the Dove", "the Elm", "the Fane", "the Grell", "the Hask")

Draw = Callable[[random.Random], str]


def one_of(values: tuple[str, ...]) -> Draw:
    return lambda chance: chance.choice(values)


def number(low: int, high: int, step: int = 1) -> Draw:
    return lambda chance: f"{chance.randrange(low, high + 1, step):,}"


def year(low: int = 1850, high: int = 2024) -> Draw:
    return lambda chance: str(chance.randint(low, high))


def clock(chance: random.Random) -> str:
    hour, minute = chance.randint(1, 12), chance.choice(("", ":15", ":30", ":45"))
    return f"{hour}{minute} {chance.choice(('am', 'pm'))}" if chance.random() < 0.5 else f"{chance.randint(6, 22)}:{chance.choice(('00', '15', '30', '45'))}"


def date(chance: random.Random) -> str:
    day, month = chance.randint(1, 28), chance.choice(MONTHS)
    return f"{day} {month}" if chance.random() < 0.5 else f"{month} {day}"


def span(chance: random.Random) -> str:
    return f"{chance.randint(2, 30)} {chance.choice(UNITS)}"


def money(chance: random.Random) -> str:
    amount = chance.choice((chance.randint(3, 99), chance.randrange(100, 9900, 10)))
    return f"{chance.choice(('$', '€', '£'))}{amount:,}" if chance.random() < 0.6 else f"{amount:,} {chance.choice(('dollars', 'euros', 'crowns', 'pounds'))}"


DRAWS: dict[str, Draw] = {
    "city": one_of(CITIES), "country": one_of(COUNTRIES), "company": one_of(COMPANIES), "job": one_of(JOBS), "subject": one_of(SUBJECTS),
    "thing": one_of(THINGS), "animal": one_of(ANIMALS), "pet": one_of(PET_NAMES), "day": one_of(DAYS), "month": one_of(MONTHS), "colour": one_of(COLOURS),
    "instrument": one_of(INSTRUMENTS), "sport": one_of(SPORTS), "dish": one_of(DISHES), "language": one_of(LANGUAGES), "topic": one_of(TOPICS),
    "cause": one_of(CAUSES), "river": one_of(RIVERS), "span": span, "year": year(), "late": year(1990, 2024), "clock": clock, "date": date, "money": money,
    "age": number(4, 95), "few": number(2, 19), "many": number(120, 9800, 10), "metres": number(20, 480), "degrees": number(-20, 39), "percent": number(3, 96),
    "surname": one_of(SURNAMES), "score": lambda chance: f"{chance.randint(0, 90)} to {chance.randint(0, 90)}",
}


@dataclass(frozen=True)
class Turn:
    """A question by name, as a follow-up (empty: none), and its answer, all with slots."""

    asked: tuple[str, ...]
    later: tuple[str, ...]
    answer: str


@dataclass(frozen=True)
class Story:
    """contexts: wordings that hold every answer. turns: what is asked. Slots end in a digit where a kind is drawn twice."""

    contexts: tuple[str, ...]
    turns: tuple[Turn, ...]


@dataclass
class Talk:
    """A context, and questions with answers in the order in which they are asked."""

    context: str
    turns: list[tuple[str, str]] = field(default_factory=list)


def t(asked: str, later: str, answer: str) -> Turn:
    """Wordings are parted by a bar."""
    return Turn(tuple(part.strip() for part in asked.split("|")), tuple(part.strip() for part in later.split("|") if part.strip()), answer)


TRAINED: tuple[Story, ...] = (
    Story(("{p} has lived in {city1} for {span}. Before that, {he} lived in {city2}.",
           "{p} moved from {city2} to {city1} and has now been there for {span}.",
           "For {span} {p} has been at home in {city1}. {His} former home was {city2}.",
           "After leaving {city2}, {p} settled in {city1}, where {he} has stayed for {span}."),
          (t("Where does {p} live?|In which city is {p} living now?|Where is {p}'s home now?", "Where does {he} live now?|And where is {he} living?", "{city1}"),
           t("How long has {p} lived in {city1}?|For how long has {p} been in {city1}?", "How long has {he} been there?|For how long?|How long has {he} lived there?", "{span}"),
           t("Where did {p} live before?|Where did {p} live previously?|What was {p}'s earlier home?", "Where was {he} before that?|And before?|Where did {he} live before?", "{city2}"))),
    Story(("{p} works as {job1} at {company1}. Until {late}, {he} was {job2} at {company2}.",
           "Since {late} {p} has been {job1} with {company1}; earlier {he} worked for {company2} as {job2}.",
           "{p} left {company2}, where {he} was {job2}, in {late}. Today {he} is {job1} at {company1}."),
          (t("Who does {p} work for?|Which company employs {p} today?|Where does {p} work?", "Who does {he} work for now?|Where does {he} work now?", "{company1}"),
           t("What is {p}'s job now?|What does {p} do for a living?", "What does {he} do there?|What is {his} job?", "{job1}"),
           t("Which company did {p} work for earlier?|What was {p}'s former employer?", "Who did {he} work for before?|Where did {he} work earlier?", "{company2}"),
           t("What was {p}'s earlier job?", "What was {he} before?|What was {his} job there?", "{job2}"),
           t("In which year did {p} change jobs?|When did {p} change employers?", "When did {he} change?|In which year?", "{late}"))),
    Story(("On {day} {p} took the train from {city1} to {city2}. It left at {clock} and the ticket cost {money}.",
           "{p} travelled to {city2} by train on {day}. The train left {city1} at {clock}; {he} paid {money} for the ticket."),
          (t("Where did {p} travel to?|What was {p}'s destination?", "Where did {he} go?|Where to?", "{city2}"),
           t("Where did {p}'s journey begin?|From which city did {p} set out?", "Where did {he} start?|Where from?", "{city1}"),
           t("On what day did {p} travel?|When did {p} take the train?", "On which day was that?|When was it?", "{day}"),
           t("How much did {p}'s ticket cost?|What did {p} pay for the ticket?", "How much was it?|What did {he} pay?|How much did it cost?", "{money}"),
           t("What time did {p}'s train leave?|When did the train from {city1} leave?", "At what time did it leave?|What time?", "{clock}"))),
    Story(("{p} bought {thing} from {q} for {money}. {He} keeps it in {city}.",
           "{q} sold {thing} to {p}, who paid {money} for it and keeps it in {city}."),
          (t("What did {p} buy?|What did {q} sell to {p}?", "What did {he} buy?", "{thing}"),
           t("Who sold it to {p}?|From whom did {p} buy {thing}?|Who was the seller?", "Who did {he} buy it from?|Who sold it?", "{q}"),
           t("How much did {p} pay?|What was the price of what {p} bought?", "How much was it?|For how much?|What did it cost?", "{money}"),
           t("Where does {p} keep {thing}?", "Where is it kept?|Where is it now?", "{city}"))),
    Story(("{p} has {animal} called {pet}. It is {few} years old and likes to sleep on a {colour} blanket.",
           "{pet} is {animal} that belongs to {p}. At {few} years old, it still sleeps on its {colour} blanket every day."),
          (t("What is the name of {p}'s pet?|What is {p}'s pet called?", "What is it called?|What is its name?", "{pet}"),
           t("What kind of animal does {p} have?|Which pet does {p} keep?|What animal is {pet}?", "What kind of animal is it?|What is it?", "{animal}"),
           t("How old is {p}'s pet?|How old is {pet}?", "How old is it?|And its age?", "{few} years old"),
           t("What colour is {pet}'s blanket?", "What colour is its blanket?|Which colour?", "{colour}"))),
    Story(("The bridge over {river} in {city} was built in {year1} by {p} {surname}. It is {metres} metres long. In {late} it was painted {colour}.",
           "In {year1}, {p} {surname} built the bridge across {river} in {city}, which has a length of {metres} metres and has been {colour} since {late}."),
          (t("Who built the bridge in {city}?|Who was the builder of the bridge over {river}?", "Who built it?|By whom was it built?", "{p} {surname}"),
           t("When was the bridge in {city} built?|In what year was the bridge over {river} built?", "When was it built?|In what year?", "{year1}"),
           t("How long is the bridge over {river}?|What is the length of the bridge in {city}?", "How long is it?|What is its length?", "{metres} metres"),
           t("Which river does the bridge in {city} cross?", "Which river does it cross?|What does it cross?", "{river}"),
           t("What colour is the bridge in {city}?", "What colour is it now?", "{colour}"))),
    Story(("{p} studied {subject1} in {city1} and graduated in {late}. {His} brother {m} chose {subject2}.",
           "While {his} brother {m} chose {subject2}, {p} went to {city1} to study {subject1}. {He} graduated in {late}."),
          (t("What did {p} study?|Which subject did {p} take?", "What did {he} study?|Which subject?", "{subject1}"),
           t("Where did {p} study?|In which city did {p} study {subject1}?", "Where was that?|Where did {he} study?", "{city1}"),
           t("When did {p} graduate?|In which year did {p} graduate?", "When did {he} graduate?|And when did {he} finish?", "{late}"),
           t("Who is {p}'s brother?|What is the name of {p}'s brother?", "Who is {his} brother?|What is {his} brother's name?", "{m}"),
           t("What did {p}'s brother study?|What did {m} choose?", "What did {his} brother choose?", "{subject2}"))),
    Story(("The {city} museum opens at {clock1} and closes at {clock2}. Last year it opened at {clock3}. A ticket costs {money}.",
           "A ticket for the museum of {city} costs {money}. Doors open at {clock1}, while a year ago they opened at {clock3}; they close at {clock2}."),
          (t("When does the museum in {city} open?|At what time does the {city} museum open now?", "When does it open?|What time does it open now?", "{clock1}"),
           t("When does the museum in {city} close?|At what time does the {city} museum close?", "When does it close?|And when does it shut?", "{clock2}"),
           t("When did the museum in {city} open last year?|At what time did the {city} museum open a year ago?", "When did it open last year?|And a year ago?", "{clock3}"),
           t("How much is a ticket for the {city} museum?|What does a ticket to the museum in {city} cost?", "How much is a ticket?|What does it cost to get in?", "{money}"))),
    Story(("In the {sport} final {city1} beat {city2} by {score}. {p} {surname} scored in front of {many} people.",
           "{many} people saw {city1} win the {sport} final {score} against {city2}, with {p} {surname} among the scorers."),
          (t("Who won the {sport} final?|Which team won the {sport} final?", "Who won?|Which team won it?", "{city1}"),
           t("Who lost the {sport} final?|Who did {city1} beat?", "Who lost?|Who did they beat?", "{city2}"),
           t("What was the score of the final?|How did the {sport} final end?", "What was the score?|By how much?", "{score}"),
           t("How many people saw the {sport} final?", "How many people were there?|How many watched?", "{many}"),
           t("Who scored for {city1}?|Which player scored in the final?", "Who scored?", "{p} {surname}"))),
    Story(("In {late} {company1} made a profit of {money1}, up from {money2} the year before. Its head, {p} {surname}, runs the firm from {city}.",
           "{p} {surname}, who runs {company1} from {city}, reported a profit of {money1} for {late}. A year earlier it was {money2}."),
          (t("How large was {company1}'s profit in {late}?|What profit did {company1} make in {late}?", "How large was its profit?|What was the profit that year?", "{money1}"),
           t("What was {company1}'s profit the year before?|What had {company1} earned a year earlier?", "And the year before?|What was it before?", "{money2}"),
           t("Who runs {company1}?|Who is the head of {company1}?", "Who runs it?|Who is in charge?", "{p} {surname}"),
           t("Where is {company1} run from?|In which city does {p} {surname} work?", "Where is it run from?|Where is that?", "{city}"))),
    Story(("{p} ordered {thing} on {date1}. It should have come on {date2}, but because of {cause} it came {few} days late.",
           "Because of {cause}, {thing} that {p} had ordered on {date1} arrived {few} days late; it had been promised for {date2}."),
          (t("What did {p} order?", "What did {he} order?", "{thing}"),
           t("When did {p} order {thing}?|When was {p}'s order made?", "When did {he} order it?|When was that?", "{date1}"),
           t("Why was {p}'s order late?|What delayed {p}'s order?", "Why was it late?|Why?", "{cause}"),
           t("How late was {p}'s order?|How many days late did {thing} arrive?", "How late was it?|By how much?", "{few} days"),
           t("When should {p}'s order have arrived?|For which day had {thing} been promised?", "When should it have come?", "{date2}"))),
    Story(("{p} {surname} wrote a book about {topic}. It came out in {late}, has {many} pages and was translated into {language}.",
           "The book about {topic} by {p} {surname} was published in {late} and later translated into {language}. It runs to {many} pages."),
          (t("What is {p} {surname}'s book about?|What did {p} {surname} write about?", "What is it about?|What is the subject?", "{topic}"),
           t("Who wrote the book about {topic}?|Who is the author of the book about {topic}?", "Who wrote it?|Who is the author?", "{p} {surname}"),
           t("When was the book about {topic} published?|When did {p} {surname}'s book come out?", "When did it come out?|When was it published?", "{late}"),
           t("How many pages does the book about {topic} have?", "How many pages does it have?|How long is it?", "{many}"),
           t("Into which language was the book about {topic} translated?", "Into which language was it translated?|Which language?", "{language}"))),
    Story(("{p} is {age} years old. {His} sister {w}, who lives in {city}, is {few} years younger and plays {instrument}.",
           "{p}, aged {age}, has a sister named {w}. She is {few} years younger, lives in {city} and plays {instrument}."),
          (t("How old is {p}?|What is {p}'s age?", "How old is {he}?|And {his} age?", "{age}"),
           t("What is the name of {p}'s sister?|Who is {p}'s sister?", "What is {his} sister called?|Who is {his} sister?", "{w}"),
           t("Where does {p}'s sister live?|Where does {w} live?", "Where does she live?|And where does {his} sister live?", "{city}"),
           t("What does {w} play?|Which instrument does {p}'s sister play?", "What does she play?|Which instrument?", "{instrument}"))),
    Story(("At noon it was {degrees1} degrees in {city1}, while {city2} had {degrees2} degrees. By evening the wind brought {cause}.",
           "{city2} reported {degrees2} degrees at noon and {city1} {degrees1} degrees; in the evening came {cause}."),
          (t("How warm was it in {city1}?|What was the temperature in {city1}?", "And in {city1}?|How warm was it in {city1}?", "{degrees1} degrees"),
           t("How warm was it in {city2}?|What was the temperature in {city2}?", "And in {city2}?|What about {city2}?", "{degrees2} degrees"),
           t("What came in the evening?", "And in the evening?|What came later?", "{cause}"))),
    Story(("{p} is the chair of the {city} chess club. {q} held the post before {him} for {span}. The club has {many} members.",
           "The {city} chess club, which has {many} members, is led by {p}, who followed {q} after {span}."),
          (t("Who leads the {city} chess club?|Who is the chair of the chess club in {city}?", "Who leads it now?|Who is the chair?", "{p}"),
           t("Who led the {city} chess club before {p}?|Who was the former chair of the {city} chess club?", "Who led it before?|And before {him}?", "{q}"),
           t("How many members does the {city} chess club have?", "How many members does it have?|How many are in it?", "{many}"),
           t("How long was {q} the chair?|For how long did {q} lead the chess club?", "For how long?|How long did that last?", "{span}"))),
    Story(("The rent for {p}'s flat in {city} rose from {money1} to {money2} in {month}. {He} shares it with {q}.",
           "In {month} {p}'s rent went up to {money2}; it had been {money1}. {He} lives in a flat in {city} together with {q}."),
          (t("How much is {p}'s rent now?|What does {p} pay in rent now?", "How much is it now?|What is the rent today?", "{money2}"),
           t("How much was {p}'s rent before?|What did {p}'s flat cost before {month}?", "And before?|What was it before?|How much was it earlier?", "{money1}"),
           t("When did {p}'s rent go up?|In which month did the rent rise?", "When did it rise?|When was that?", "{month}"),
           t("Who shares the flat with {p}?|With whom does {p} live?", "Who does {he} live with?|With whom?", "{q}"),
           t("In which city is {p}'s flat?", "Where is it?|In which city?", "{city}"))),
    Story(("The meeting with {q} is on {day1} at {clock} in room {few}. It was first planned for {day2}. {p} will take the notes.",
           "{p} takes the notes at the meeting with {q}, which was moved from {day2} to {day1}. It starts at {clock} in room {few}."),
          (t("When is the meeting with {q}?|On what day is the meeting with {q}?", "When is it?|On what day?", "{day1}"),
           t("What time does the meeting with {q} start?|At what time is the meeting with {q}?", "At what time?|What time is it?", "{clock}"),
           t("For which day was the meeting with {q} first planned?|What was the first date of the meeting with {q}?", "When was it first planned for?|What day was it before?", "{day2}"),
           t("Who will take the notes?|Who takes notes at the meeting with {q}?", "Who takes the notes?|Who will write it down?", "{p}"),
           t("In which room is the meeting with {q}?", "In which room?|Where is it?", "room {few}"))),
    Story(("{company1} has {many1} workers in {country1} and {many2} in {country2}. It was founded in {year} by {p} {surname} and makes {colour} paint.",
           "Founded by {p} {surname} in {year}, {company1} makes {colour} paint. It employs {many1} people in {country1} and {many2} people in {country2}."),
          (t("Who founded {company1}?|Who was the founder of {company1}?", "Who founded it?|Who started it?", "{p} {surname}"),
           t("When was {company1} founded?|In what year did {company1} begin?", "When was it founded?|In what year?", "{year}"),
           t("How many people does {company1} employ in {country1}?|How many workers does {company1} have in {country1}?", "How many work in {country1}?|And in {country1}?", "{many1}"),
           t("How many people does {company1} employ in {country2}?|How many workers does {company1} have in {country2}?", "How many work in {country2}?|And in {country2}?", "{many2}"),
           t("What does {company1} make?|What is made by {company1}?", "What does it make?|What do they make?", "{colour} paint"))),
    Story(("{p} lent {his} car to {q} on {day1}. {q} brought it back {few} days later, with {many} more kilometres on it.",
           "On {day1}, {q} borrowed {p}'s car; after {few} days and {many} kilometres it was returned."),
          (t("Who borrowed {p}'s car?|To whom did {p} lend the car?", "Who borrowed it?|To whom?", "{q}"),
           t("When did {p} lend the car?|On which day was {p}'s car borrowed?", "When was that?|On what day?", "{day1}"),
           t("After how many days was {p}'s car returned?|How long did {q} have the car?", "After how long was it returned?|For how long?", "{few} days"),
           t("Who owns the car?|Whose car did {q} borrow?", "Whose car was it?|Who is the owner?", "{p}"),
           t("How many kilometres did {q} drive?", "How far did it go?|How many kilometres?", "{many}"))),
    Story(("{p} cooked {dish1} for {few} guests on {day}. {q} brought {dish2}, which everybody liked best.",
           "For the {few} guests on {day}, {p} made {dish1}; the favourite, however, was the {dish2} that {q} brought."),
          (t("What did {p} cook?|What did {p} make on {day}?", "What did {he} cook?|What did {he} make?", "{dish1}"),
           t("What did {q} bring?", "And what did {q} bring?|What was the other dish?", "{dish2}"),
           t("How many guests did {p} have?|For how many guests did {p} cook?", "For how many guests?|How many came?", "{few}"),
           t("When did {p} cook for guests?|On which day did {p} have guests?", "When was that?|On what day?", "{day}"),
           t("Who brought the {dish2}?", "Who brought the favourite?|Who made that?", "{q}"))),
    Story(("The tower in {city1} is {metres1} metres high. The one in {city2} is taller, with {metres2} metres. Both were finished in {year}.",
           "Both finished in {year}, the tower in {city1} reaches {metres1} metres, the taller one in {city2} {metres2} metres."),
          (t("How high is the tower in {city1}?", "And the one in {city1}?|How high is the one in {city1}?", "{metres1} metres"),
           t("How high is the tower in {city2}?", "And the one in {city2}?|How high is the one in {city2}?", "{metres2} metres"),
           t("Which city has the taller tower?|Where is the taller tower?", "Which is taller?|Which city has the taller one?", "{city2}"),
           t("When were the towers finished?|In what year were both towers finished?", "When were they finished?|In what year?", "{year}"))),
    Story(("{p} used to speak {language1} at home, but since {he} moved to {country} {he} speaks mostly {language2}. {He} learnt it from {q} in {span}.",
           "Since {p} moved to {country}, {he} speaks mostly {language2}, which {q} taught {him} in {span}. As a child {he} spoke {language1}."),
          (t("Which language does {p} mostly speak now?|What does {p} speak now?", "Which language does {he} speak now?|What does {he} speak today?", "{language2}"),
           t("Which language did {p} speak as a child?|Which language did {p} speak in the past?", "And before?|What did {he} speak before?", "{language1}"),
           t("To which country did {p} move?|Where did {p} move to?", "Where did {he} move?|Which country?", "{country}"),
           t("Who taught {p} {language2}?|From whom did {p} learn {language2}?", "Who taught {him}?|From whom?", "{q}"),
           t("How long did it take {p} to learn {language2}?", "How long did that take?|In what time?", "{span}"))),
    Story(("The plant needs water every {few} days and stands in a {colour} pot. {p} got it from {q} for {his} birthday on {date}.",
           "{p}'s birthday present from {q} on {date} was a plant in a {colour} pot; it must be watered every {few} days."),
          (t("From whom did {p} get the plant?|Who gave {p} the plant?", "Who gave it to {him}?|From whom?", "{q}"),
           t("How often does the plant need water?|How often must {p}'s plant be watered?", "How often must it be watered?|How often?", "every {few} days"),
           t("What colour is the pot of {p}'s plant?|What colour is the pot?", "What colour is its pot?|Which colour?", "{colour}"),
           t("When is {p}'s birthday?|On which date did {p} get the plant?", "When was that?|On what date?", "{date}"))),
    Story(("Of the {many} voters in {city}, {percent1} percent chose {p} {surname}. In the last election {q} won with {percent2} percent.",
           "{p} {surname} won the election in {city} with {percent1} percent of {many} votes. The time before, {q} had won with {percent2} percent."),
          (t("Who won the election in {city}?|Who was elected in {city}?", "Who won?|Who was elected?", "{p} {surname}"),
           t("Who won the previous election in {city}?|Who won the time before?", "And the time before?|Who won before that?", "{q}"),
           t("What share did {p} {surname} get?|How many percent chose {p} {surname}?", "With how many percent?|What was the share?", "{percent1} percent"),
           t("What share did {q} get?|With how many percent did {q} win?", "What was {q}'s share?", "{percent2} percent"),
           t("How many people voted in {city}?|How many voters were there in {city}?", "How many voted?|How many voters were there?", "{many}"))),
)

HELD_OUT: tuple[Story, ...] = (
    Story(("{p} takes {few} drops of the medicine at {clock}. Until {month} {he} took {few2} drops. Doctor {surname} changed it.",
           "Doctor {surname} changed {p}'s medicine in {month} from {few2} drops to {few} drops, to be taken at {clock}."),
          (t("How many drops does {p} take now?", "How many drops does {he} take now?", "{few}"),
           t("How many drops did {p} take before?", "How many drops were there before?", "{few2}"),
           t("At what time does {p} take the medicine?", "At what time?", "{clock}"),
           t("Who changed {p}'s medicine?", "Who changed it?", "Doctor {surname}"),
           t("In which month did {p}'s dose change?", "When was it changed?", "{month}"))),
    Story(("The ferry from {city1} to {city2} takes {few} hours. The old one needed {few2} hours. The captain is {p} {surname}, from {country}.",
           "Captain {p} {surname} comes from {country} and steers the ferry that goes from {city1} to {city2} in {few} hours; its forerunner took {few2} hours."),
          (t("How long does the ferry from {city1} take?", "How long does it take?", "{few} hours"),
           t("How long did the old ferry take?", "And how long did the old one take?", "{few2} hours"),
           t("Who is the captain of the ferry?", "Who is the captain?", "{p} {surname}"),
           t("Which country is the captain from?", "Where does {he} come from?", "{country}"),
           t("Where does the ferry from {city1} go?", "Where does it go?", "{city2}"))),
    Story(("{p}'s garden had {few} apple trees; after {cause} only {few2} were left. {q} planted {few3} new ones in {month}.",
           "After {cause}, {few2} of the {few} apple trees in {p}'s garden were left, so {q} planted {few3} more in {month}."),
          (t("What destroyed {p}'s apple trees?", "What had happened?", "{cause}"),
           t("Who planted new trees in {p}'s garden?", "Who planted new ones?", "{q}"),
           t("When were new trees planted in {p}'s garden?", "In which month was that?", "{month}"),
           t("How many new trees did {q} plant?", "How many did {he_q} plant?", "{few3}"))),
    Story(("{p} {surname} painted the picture of {river} in {year}. It hung in {city1} until {late} and can now be seen in {city2}. It is worth {money}.",
           "Painted by {p} {surname} in {year}, the picture of {river} is worth {money}. Today it hangs in {city2}; up to {late} it was in {city1}."),
          (t("Who painted the picture of {river}?", "Who painted it?", "{p} {surname}"),
           t("When was the picture of {river} painted?", "When was it painted?", "{year}"),
           t("Where can the picture of {river} be seen now?", "Where is it now?", "{city2}"),
           t("Where did the picture of {river} hang before?", "Where did it hang before?", "{city1}"),
           t("How much is the picture of {river} worth?", "What is it worth?", "{money}"))),
    Story(("{p} coaches the {sport} team of {city}. {He} earned {money1} at first and now gets {money2}. {His} assistant is {q}.",
           "As coach of {city}'s {sport} team, {p} now gets {money2}, while at first {he} earned {money1}. {q} is {his} assistant."),
          (t("Who coaches the {sport} team of {city}?", "Who is the coach?", "{p}"),
           t("How much does {p} earn now?", "What does {he} earn now?", "{money2}"),
           t("How much did {p} earn at first?", "And at first?", "{money1}"),
           t("Who is {p}'s assistant?", "Who helps {him}?", "{q}"),
           t("Which city's team does {p} coach?", "For which city?", "{city}"))),
    Story(("{p} phoned from {city} on {day} and said that {his} parcel of {many} grams had been opened by {q}. It held {thing}.",
           "On {day} a call came from {city}: {p} said that {q} had opened {his} parcel. It held {thing} and weighed {many} grams."),
          (t("Who opened {p}'s parcel?", "Who opened it?", "{q}"),
           t("From where did {p} phone?", "Where did {he} call from?", "{city}"),
           t("What was in {p}'s parcel?", "What did it hold?", "{thing}"),
           t("How heavy was {p}'s parcel?", "How much did it weigh?", "{many} grams"),
           t("On what day did {p} phone?", "On what day was that?", "{day}"))),
)

# What is now stands before what was, and the words of both are alike: an encoder easily takes the one for the other.
NOW_AND_THEN: tuple[Story, ...] = (
    Story(("{p} has been living in {city1} for {span}. In earlier years {he} lived in {city2}.",
           "{p} has been living in {city1} for the past {span}; in the time before that, {p} lived in {city2}.",
           "Earlier, {p} lived in {city2}. For {span} now {he} has been living in {city1}.",
           "{p} once lived in {city2}, but has been living in {city1} for {span}.",
           "{p} lives in {city1}, and has done so for {span}. Formerly, {p} lived in {city2}."),
          (t("Where does {p} live?|Where does {p} live now?|Where is {p} living?|In which city does {p} live?", "Where does {he} live?|Where does {he} live now?", "{city1}"),
           t("How long has {p} lived in {city1}?|How long has {p} been living in {city1}?", "How long has {he} lived there?|How long has {he} been living there?", "{span}"),
           t("Where did {p} live before?|Where did {p} live earlier?|In which city did {p} live in the past?", "Where did {he} live before?|Where did {he} live earlier?", "{city2}"))),
    Story(("{p} has been working for {company1} for {span}. In earlier years {he} worked for {company2}.",
           "Formerly, {p} worked for {company2}. {He} has been working for {company1} for {span}.",
           "{p} works for {company1}, and has done so for {span}. Earlier, {p} worked for {company2}."),
          (t("Where does {p} work?|Who does {p} work for?|Which company does {p} work for now?", "Where does {he} work?|Who does {he} work for now?", "{company1}"),
           t("How long has {p} worked for {company1}?|How long has {p} been working for {company1}?", "How long has {he} worked there?", "{span}"),
           t("Where did {p} work before?|Which company did {p} work for earlier?", "Where did {he} work before?", "{company2}"))),
    Story(("{p} has been learning {language1} for {span}. In former years {he} learnt {language2}.",
           "Earlier, {p} learnt {language2}, and for {span} {he} has been learning {language1}.",
           "{p} learns {language1}, and has done so for {span}. In the past, {p} learnt {language2}."),
          (t("Which language does {p} learn?|What language is {p} learning?", "Which language does {he} learn now?", "{language1}"),
           t("How long has {p} learnt {language1}?|How long has {p} been learning {language1}?", "How long has {he} been learning it?", "{span}"),
           t("Which language did {p} learn before?|What language did {p} learn earlier?", "Which language did {he} learn before?", "{language2}"))),
    Story(("{p} has been staying in {city1} for {span}. At first, {p} stayed in {city2}.",
           "At first {p} stayed in {city2}; for {span} {he} has been staying in {city1}.",
           "{p} is staying in {city1}, for {span} already. Until then, {he} stayed in {city2}."),
          (t("Where does {p} stay?|Where is {p} staying?|Where does {p} stay now?", "Where does {he} stay?|Where is {he} staying now?", "{city1}"),
           t("How long has {p} stayed in {city1}?|How long has {p} been staying in {city1}?", "How long has {he} stayed there?", "{span}"),
           t("Where did {p} stay before?|Where did {p} stay at first?", "Where did {he} stay before?", "{city2}"))),
)

PRONOUNS = {"w": {"he": "she", "He": "She", "his": "her", "His": "Her", "him": "her"},
            "m": {"he": "he", "He": "He", "his": "his", "His": "His", "him": "him"}}


def talks(stories: tuple[Story, ...], count: int, seed: int, distractors: float = 0.5, unanswerable: float = 0.06) -> list[Talk]:
    """`count` talks, each about a story and with some chance amid the sentences of another one; the same for the same seed."""
    chance = random.Random(seed)
    return [_talk(chance, stories[place % len(stories)], stories, distractors, unanswerable) for place in range(count)]


def _talk(chance: random.Random, story: Story, stories: tuple[Story, ...], distractors: float, unanswerable: float) -> Talk:
    slots = _fill(chance, story)
    context = chance.choice(story.contexts).format(**slots)
    other = chance.choice([each for each in stories if each is not story])
    foreign = _fill(chance, other, set(slots.values()))
    if chance.random() < distractors:
        parts = [context, chance.choice(other.contexts).format(**foreign)]
        chance.shuffle(parts)
        context = " ".join(parts)
    talk = Talk(context)
    for turn in chance.sample(story.turns, k=min(len(story.turns), chance.randint(2, 5))):
        wordings = turn.later if talk.turns and turn.later and chance.random() < 0.7 else turn.asked
        talk.turns.append((chance.choice(wordings).format(**slots), turn.answer.format(**slots)))
    if chance.random() < unanswerable:
        strange = _fill(chance, other, {*slots.values(), *foreign.values()})
        talk.turns.append((chance.choice(chance.choice(other.turns).asked).format(**strange), NO_ANSWER))
    return talk


def _fill(chance: random.Random, story: Story, taken: set[str] | None = None) -> dict[str, str]:
    """A value for each slot of the story, no value twice."""
    names = {name for text in (*story.contexts, *(part for turn in story.turns for part in (*turn.asked, *turn.later, turn.answer)))
             for _, name, _, _ in Formatter().parse(text) if name}
    used, slots = set(taken or ()), {}

    def fresh(draw: Draw) -> str:
        value = draw(chance)
        while value in used:
            value = draw(chance)
        used.add(value)
        return value

    gender = chance.choice("wm")
    other = chance.choice("wm")
    slots["p"] = fresh(one_of(WOMEN if gender == "w" else MEN))
    slots["q"] = fresh(one_of(WOMEN if other == "w" else MEN))
    slots["w"], slots["m"] = fresh(one_of(WOMEN)), fresh(one_of(MEN))
    slots |= PRONOUNS[gender]
    slots["he_q"] = PRONOUNS[other]["he"]
    for name in sorted(names - set(slots)):
        slots[name] = fresh(DRAWS[name.rstrip("0123456789")])
    return slots
