"""Contrasts in our own words: sentences that share their words and differ in what they say.

What people publish about classifiers of hate is that they learn the words and not the sentence: that they cannot tell
an attack from its report, its denial or its reader's anger at it. Few labelled comments teach that, so these do. All
are ours, made from small parts; none is taken from a test.
"""

from __future__ import annotations

import random
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

_GROUPS = (
    "women", "men", "gay people", "gays", "lesbians", "queer people", "bisexuals", "trans people", "trans women",
    "transgender people", "black people", "blacks", "white people", "whites", "brown people", "people of colour",
    "Asians", "Latinos", "Hispanics", "Africans", "Mexicans", "Arabs", "Turks", "Poles", "Romanians", "Chinese people",
    "Indians", "Pakistanis", "Nigerians", "Koreans", "Syrians", "Somalis", "Roma", "Muslims", "Jews", "Christians",
    "Catholics", "Hindus", "Sikhs", "Buddhists", "atheists", "immigrants", "migrants", "refugees", "asylum seekers",
    "foreigners", "disabled people", "the disabled", "deaf people", "blind people", "wheelchair users",
    "autistic people", "old people", "the elderly", "teenagers", "Americans", "Canadians", "Japanese people",
    "Indigenous people", "Native Americans", "Aboriginal people", "mentally ill people", "people with Down syndrome",
)  # fmt: skip
_SLURS = (
    "faggots", "fags", "dykes", "trannies", "niggers", "chinks", "gooks", "spics", "wetbacks", "pakis", "ragheads",
    "towelheads", "kikes", "retards", "cripples", "whores", "sluts", "bitches", "gypsies", "savages", "coons",
)  # fmt: skip
_PERSONS = (
    "woman", "man", "gay man", "lesbian", "trans woman", "trans man", "black man", "black woman", "white man", "Asian",
    "Mexican", "Muslim", "Jew", "Christian", "Hindu", "immigrant", "refugee", "disabled person", "deaf man",
    "Arab", "Pole", "Nigerian", "Turk", "blind woman", "wheelchair user", "Catholic", "Sikh", "Chinese woman",
)  # fmt: skip
_THINGS = (
    "Mondays", "early mornings", "traffic jams", "pop-up ads", "leaf blowers", "raisins in cake", "long meetings",
    "mosquitoes", "wasps", "potholes", "cold coffee", "paywalls", "autoplay videos", "delayed trains", "tax forms",
    "football on Sundays", "reality shows", "reboots", "parking meters", "spreadsheets", "weeds", "slugs",
    "broken lifts", "tailgaters", "spoilers", "early elections", "robocalls", "plastic bags", "windmills",
)  # fmt: skip
_OTHERS = (
    "bankers", "landlords", "lobbyists", "politicians", "tax dodgers", "referees", "car dealers", "speculators",
    "conservatives", "liberals", "socialists", "Tories", "Republicans", "Democrats", "estate agents", "billionaires",
    "journalists", "influencers", "hedge funds", "oil companies", "bullies", "con men", "smokers", "lawyers",
    "people who litter", "people who park on the pavement", "drunk drivers", "scammers", "queue jumpers",
)  # fmt: skip
_GROUP_WORDS = ("vermin", "animals", "parasites", "a plague", "a disease", "filth", "scum", "rats", "trash", "a cancer",
                "subhuman", "cockroaches", "a stain on this country", "dirt", "maggots", "monkeys")  # fmt: skip
_FLAWS = ("stupid", "disgusting", "lazy", "violent", "dirty", "inferior", "liars", "thieves", "criminals", "dangerous",
          "evil", "worthless", "dumb", "greedy", "primitive", "perverts", "sick", "repulsive", "weak", "pathetic",
          "terrorists", "rapists", "freaks", "ugly", "a threat to our children", "less than human")  # fmt: skip
_VIRTUES = ("kind", "clever", "wonderful", "welcome here", "our neighbours", "great", "brave", "as good as anyone",
            "hard-working", "part of this town", "equal", "lovely people", "not so different from us", "friends",
            "human beings like you and me", "talented", "funny", "beautiful", "valued", "decent folk")  # fmt: skip
_SURE = ("", "", "", "Honestly, ", "Look, ", "Let's face it, ", "Everyone knows ", "Sorry but ", "In my opinion ",
         "I think ", "I'm telling you, ", "Of course ", "Fact: ", "Clearly ")  # fmt: skip
_END = ("", ".", ".", "!", "!!", " lol", " and that's a fact.", " full stop.", ", end of story.", ", every single one.")
_CALM_END = ("", ".", ".", "!", ", thank you.", " and I mean it.", ", always have been.")

_ATTACKS = (
    "I hate {g}", "I really can't stand {g}", "I despise {g}", "{g} disgust me", "{g} make me sick", "god I loathe {g}",
    "{g} are {w}", "all {g} are {w}", "{g} are nothing but {w}", "{g} are just {w}", "{g} are {f}", "{g} are all {f}",
    "{g} are so fucking {f}", "most {g} are {f}", "{g} have always been {f}", "why are {g} so {f}?",
    "are there any {g} who aren't {f}?", "those {g} are {w} and should be treated like it",
    "no decent country lets {g} in", "we should get rid of {g}", "send {g} back where they came from",
    "{g} do not belong here", "{g} don't deserve rights", "{g} should not be allowed to vote",
    "{g} ought to be locked up", "keep {g} away from our children", "{g} are ruining this country",
    "{g} are taking over and nobody stops them", "I would never hire {g}", "never trust {g}", "you can't trust {g}",
    "the world would be better without {g}", "nobody would miss {g}", "{g} deserve what they get",
    "not a single one of these {g} is worth anything", "I wish there were no {g} left", "fuck {g}", "fuck all {g}",
    "{g}? {w}, all of them", "{g} belong in the kitchen or in the gutter", "ban {g} from everything",
    "{g} are the reason this place is a dump", "being around {g} makes my skin crawl", "{g} will never be one of us",
    "{g} aren't even human", "{g} are no better than {w}", "there is no such thing as good {g}",
    "I have nothing against {g}, but they are {f}", "I'm not prejudiced, but {g} are {f}",
)  # fmt: skip
_THREATS = (
    "{g} should all be shot", "someone should gas {g}", "hang all {g}", "let's burn down the homes of {g}",
    "I'm going to beat up the next {g} I see", "kill {g}", "we will come for {g}, one by one",
    "time to start shooting {g}", "{g} deserve to die", "round up {g} and bury them", "I will hurt {g} if they move in",
    "string {g} up", "if I see {g} here again I'll smash their heads in", "exterminate {g}",
)  # fmt: skip
_PERSON_ATTACKS = (
    "as a {p} you are too {f} to understand", "what do you expect from a {p}", "shut up, you {p}",
    "typical {p}, {f} as ever", "she is a {p}, so she must be {f}", "he's a {p}? then he is {f}",
    "you can tell it was written by a {p}: {f}", "no {p} should ever sit in parliament",
    "never let a {p} into your house", "a {p} is worth less than a dog", "you look like a filthy {p}",
    "of course it was a {p}, they are all {f}", "that {p} deserves to be beaten",
    "go back to where you came from, {p}", "a {p} can't be a real citizen",
)  # fmt: skip
_PEACEFUL = (
    "{g} are {v}", "I love {g}", "{g} are {v} and always were", "I admire {g}", "my best friends are {g}",
    "we should listen to {g} more", "{g} deserve the same rights as all of us", "nobody should hate {g}",
    "some of my neighbours are {g}", "many {g} live in our street", "more {g} should stand for the council",
    "{g} are not {w}", "{g} are not {f}", "it is simply not true that {g} are {f}", "no, {g} are not {w}",
    "I don't hate {g}", "I have never hated {g}", "I don't think {g} are {f}", "who says {g} are {f}? They are not",
    "{g} are anything but {f}", "{g} don't disgust me at all", "not all {g} are the same and none are {w}",
    "I would never say that {g} are {f}", "{g} should not be locked up for who they are",
    "nobody has the right to hurt {g}", "stop hating {g}", "leave {g} alone", "{g} should be left in peace",
    "the report counts {g} in every district", "the new law protects {g} too", "we interviewed {g} about the budget",
    "our choir has {g} and others", "the number of {g} in the city rose by two percent last year",
    "I learned a lot from {g}", "there are {g} on both sides of this debate",
)  # fmt: skip
_COUNTER = (
    "I hate it when people say that {a}", 'anyone who says "{a}" should be ashamed', "people who think {a} are wrong",
    "it is vile to claim that {a}", '"{a}" is not an argument, it is bigotry', 'he wrote "{a}" and was rightly banned',
    "why would anybody say that {a}? It is a lie", "my uncle keeps saying {a}, and I tell him off each time",
    'stop posting things like "{a}", it is hateful', "the idea that {a} is nonsense",
    "we must stand up to those who shout {a}", "whoever tells you {a} is lying to you",
    'a comment like "{a}" has no place here', 'reported: "{a}". This is hate speech',
    "it makes me angry to read that {a}", "he was fined for writing that {a}", "saying {a} is racist and false",
    'the defendant is said to have shouted "{a}"', "I used to believe that {a}. I was a fool",
    "nobody should get away with saying {a}", "how can you even write {a}? Apologise",
)  # fmt: skip
_REACTION = (
    "I hate people who hate {g}", "I can't stand those who look down on {g}", "people who attack {g} make me sick",
    "the way they treat {g} is disgusting", "whoever mistreats {g} is scum", "hating {g} is stupid",
    "racists who spit at {g} are the real problem", "the violence against {g} is sickening",
    "it's disgusting how {g} are insulted in here", "the attack on {g} was evil", "shame on those who threaten {g}",
    "the people who bully {g} are pathetic", "I'm sick of hearing lies about {g}",
    "it is a crime to kill {g}, or anyone",
)  # fmt: skip
_THING_RAGE = (
    "I hate {t}", "I really can't stand {t}", "{t} are the worst", "fuck {t}", "I despise {t}", "{t} make me sick",
    "{t} are a plague", "get rid of {t}", "{t} disgust me", "the world would be better without {t}", "kill all {t}",
    "{t} are vermin", "ban {t} for good", "I want {t} gone", "death to {t}", "{t} are so fucking annoying",
)  # fmt: skip
_OTHER_RAGE = (
    "I hate {o}", "{o} are {f}", "{o} are {w}", "{o} make me sick", "I despise {o}", "{o} are ruining this country",
    "fuck {o}", "never trust {o}", "no decent country puts up with {o}", "{o} should be locked up", "all {o} are {f}",
)  # fmt: skip
_YOU_RAGE = (
    "you are {f}", "you are nothing but {w}", "you're a {f} idiot", "what a moron you are", "shut up, you clown",
    "you are a disgrace", "you stupid idiot", "you're {w}", "are you always this {f}?", "you are such an imbecile",
    "I hate you", "you make me sick", "you pathetic loser", "what an arsehole you are", "you are too dumb to read",
)  # fmt: skip
_YOU_THREATS = (
    "I will kill you", "I'm going to find you and hurt you", "you'd better watch your back, I know where you live",
    "someone should shoot you", "I'll break your legs", "we will come to your house tonight", "you deserve a bullet",
    "I hope someone beats you up, and I might do it", "say that again and I'll smash your face in",
    "I'll burn your house down", "wait until I get my hands on you", "you will pay for this with your life",
)  # fmt: skip
_NO_THREATS = (
    "I will call you tomorrow", "I'm going to find you a better offer", "the police will come to the meeting tonight",
    "I could kill for a coffee right now", "this heat is killing me", "that joke killed me",
    "we will beat them on Sunday",
    "our team will destroy theirs", "my boss will shoot down the plan", "I'll hit the road at six",
    "the bill will be killed in committee", "I'd die for that cake", "they fired the coach, finally",
    "he was shot in 1998 and the killer was never found", "the court heard that he had threatened to kill her",
    "watch your step on the ice", "I know where you live, it is a nice street", "she will pay for the meal",
    "you'll knock them dead at the interview", "the storm will hit the coast tonight",
    "nobody should ever be threatened",
    "I hope nobody gets hurt", "do not kill the messenger", "they killed it on stage last night",
    "we will come to your concert tonight", "I'll get my hands on a ticket",
)  # fmt: skip
_HARMLESS_OATHS = (
    "this is fucking great", "holy shit, what a goal", "damn, that was a good read", "I am so fucking proud of {g}",
    "shit, I forgot my umbrella", "hell yes, well done", "that was one hell of a bloody good game",
    "what the fuck happened to the weather", "bloody brilliant article", "I fucking love this town",
    "fuck yes, we won", "this queue is taking fucking ages", "my damn phone died again",
)  # fmt: skip

_HATE = {"toxicity": 1.0, "identity_attack": 1.0}
_PEACE = {"toxicity": 0.0, "identity_attack": 0.0, "insult": 0.0, "threat": 0.0, "severe_toxicity": 0.0}


@dataclass(frozen=True, slots=True)
class Contrast:
    """A sentence of ours and what is known of it, by attribute in lower case."""

    text: str
    labels: Mapping[str, float] = field(default_factory=dict)


_KINDS: tuple[tuple[float, tuple[str, ...], Mapping[str, float]], ...] = (
    (6.0, _ATTACKS, _HATE),
    (1.5, _THREATS, _HATE | {"threat": 1.0, "severe_toxicity": 1.0}),
    (2.5, _PERSON_ATTACKS, _HATE),
    (5.0, _PEACEFUL, _PEACE),
    (3.0, _COUNTER, {"toxicity": 0.15, "identity_attack": 0.0, "threat": 0.0}),
    (2.0, _REACTION, {"identity_attack": 0.0, "threat": 0.0, "toxicity": 0.25}),
    (1.5, _THING_RAGE, {"identity_attack": 0.0, "threat": 0.0, "toxicity": 0.2, "insult": 0.0}),
    (1.0, _OTHER_RAGE, {"identity_attack": 0.0, "threat": 0.0}),
    (1.5, _YOU_RAGE, {"toxicity": 1.0, "insult": 1.0, "identity_attack": 0.0, "threat": 0.0}),
    (0.7, _YOU_THREATS, {"toxicity": 1.0, "threat": 1.0, "identity_attack": 0.0}),
    (1.0, _NO_THREATS, {"toxicity": 0.05, "threat": 0.0, "identity_attack": 0.0, "insult": 0.0}),
    (0.7, _HARMLESS_OATHS, {"identity_attack": 0.0, "insult": 0.0, "threat": 0.0, "profanity": 1.0}),
)
_ODDS_OF_SLUR = 0.15


def contrasts(n: int, seed: int, quoted: list[str]) -> Iterator[Contrast]:
    """Make `n` sentences. `quoted` are real attacks, which counter-speech quotes in every third case."""
    chance = random.Random(seed)  # noqa: S311  (no secret: the same seed gives the same sentences)
    weights = [weight for weight, _, _ in _KINDS]
    for _ in range(n):
        _, frames, labels = chance.choices(_KINDS, weights)[0]
        frame = chance.choice(frames)
        calm = labels.get("toxicity", 0) < 1
        text = _fill(frame, chance, quoted, with_slurs=not calm or "{a}" in frame)
        if "{a}" not in frame:
            text = chance.choice(_SURE) + text
        text += chance.choice(_CALM_END if calm else _END)
        if chance.random() < 1 / 3:
            text = text[0].upper() + text[1:]
        yield Contrast(text, labels)


def _fill(frame: str, chance: random.Random, quoted: list[str], *, with_slurs: bool) -> str:
    if "{a}" in frame:
        if quoted and chance.random() < 1 / 3:
            return frame.format(a=chance.choice(quoted).strip().rstrip("."))
        return frame.format(a=_fill(chance.choice(_ATTACKS), chance, [], with_slurs=True))
    groups = _SLURS if with_slurs and chance.random() < _ODDS_OF_SLUR else _GROUPS
    group = chance.choice(groups)
    if groups is _GROUPS and chance.random() < 1 / 6 and " " not in group:
        group = f"{group} and {chance.choice(_GROUPS)}"
    return frame.format(
        g=group,
        p=chance.choice(_PERSONS),
        t=chance.choice(_THINGS),
        o=chance.choice(_OTHERS),
        w=chance.choice(_GROUP_WORDS),
        f=chance.choice(_FLAWS),
        v=chance.choice(_VIRTUES),
    )
