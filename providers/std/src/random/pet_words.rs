//! Words for `random_pet`: short, kind, and without anything that one would not want in a host name.

/// How.
#[rustfmt::skip]
pub(super) const ADVERBS: &[&str] = &[
    "boldly", "brightly", "briskly", "calmly", "carefully", "cheerfully", "cleanly", "clearly", "cleverly",
    "coolly", "daily", "deeply", "eagerly", "early", "easily", "evenly", "fairly", "firmly", "fondly", "freely",
    "freshly", "gently", "gladly", "gracefully", "greatly", "happily", "heartily", "highly", "honestly", "humbly",
    "jointly", "jovially", "justly", "keenly", "kindly", "lately", "lightly", "likely", "lively", "loosely",
    "loudly", "loyally", "merrily", "mildly", "mostly", "neatly", "newly", "nicely", "nimbly", "nobly", "openly",
    "partly", "patiently", "plainly", "politely", "promptly", "proudly", "quickly", "quietly", "rapidly", "rarely",
    "readily", "richly", "rightly", "safely", "seldom", "sharply", "shortly", "silently", "simply", "slowly",
    "smartly", "smoothly", "softly", "solemnly", "soundly", "steadily", "strictly", "strongly", "surely", "sweetly",
    "swiftly", "tenderly", "thickly", "tightly", "truly", "vastly", "vividly", "warmly", "wholly", "widely",
    "wisely",
];

/// Which.
#[rustfmt::skip]
pub(super) const ADJECTIVES: &[&str] = &[
    "able", "active", "agile", "alert", "amber", "ample", "ancient", "apt", "arctic", "artful", "autumn", "awake",
    "azure", "balanced", "blazing", "blissful", "blue", "bold", "brave", "bright", "brisk", "bronze", "bubbly",
    "busy", "calm", "candid", "careful", "casual", "central", "charming", "cheerful", "chief", "civil", "clean",
    "clear", "clever", "coastal", "cool", "coral", "cosmic", "cosy", "crafty", "creative", "crimson", "crisp",
    "curious", "daring", "dashing", "decent", "deep", "deft", "devoted", "dewy", "direct", "divine", "eager",
    "early", "earnest", "easy", "elated", "electric", "elegant", "eminent", "endless", "equal", "exact", "exotic",
    "expert", "fair", "famous", "fancy", "fast", "fearless", "fine", "firm", "fit", "flowing", "fluent", "fond",
    "free", "fresh", "friendly", "frosty", "full", "funny", "gentle", "genuine", "gifted", "glad", "gleaming",
    "golden", "good", "grand", "grateful", "great", "green", "happy", "hardy", "hearty", "helpful", "heroic",
    "hidden", "honest", "hopeful", "humble", "ideal", "immense", "inland", "inspired", "jade", "jolly", "jovial",
    "joyful", "keen", "kind", "known", "large", "lasting", "leading", "legal", "light", "liked", "lively",
    "logical", "loved", "loyal", "lucky", "lunar", "magical", "major", "maple", "mellow", "merry", "mighty", "mild",
    "mint", "misty", "modern", "modest", "musical", "native", "neat", "nimble", "noble", "northern", "notable",
    "novel", "oaken", "open", "optimal", "orange", "patient", "peaceful", "pearly", "placid", "playful", "pleasant",
    "polar", "polished", "polite", "popular", "precise", "premium", "prime", "proper", "proud", "pure", "quick",
    "quiet", "radiant", "rapid", "ready", "regal", "relaxed", "renewed", "rich", "robust", "rosy", "royal", "ruby",
    "rustic", "sacred", "safe", "sandy", "scarlet", "secure", "select", "serene", "settled", "sharp", "shining",
    "silent", "silver", "simple", "sincere", "skilled", "sleek", "smart", "smiling", "smooth", "snowy", "social",
    "solar", "solid", "sound", "southern", "spotted", "stable", "star", "steady", "stellar", "still", "stirring",
    "strong", "subtle", "sunny", "super", "supreme", "sure", "sweet", "swift", "talented", "tender", "thankful",
    "thorough", "tidy", "tiny", "top", "tough", "tranquil", "trusty", "upbeat", "upright", "useful", "valiant",
    "valued", "vast", "velvet", "vital", "vivid", "wanted", "warm", "welcome", "whole", "wild", "willing",
    "winning", "wise", "witty", "wondrous", "worthy", "young", "zealous",
];

/// Who.
#[rustfmt::skip]
pub(super) const ANIMALS: &[&str] = &[
    "adder", "albatross", "alpaca", "ant", "anteater", "antelope", "armadillo", "badger", "bass", "bat", "beagle",
    "bear", "beaver", "bee", "beetle", "bird", "bison", "boar", "bobcat", "buck", "buffalo", "bull", "bunny",
    "butterfly", "buzzard", "camel", "canary", "caribou", "cat", "catfish", "cheetah", "chicken", "chipmunk",
    "cicada", "clam", "cobra", "cod", "collie", "condor", "corgi", "cougar", "cow", "coyote", "crab", "crane",
    "cricket", "crow", "cub", "cuckoo", "deer", "dingo", "doe", "dog", "dogfish", "dolphin", "donkey", "dove",
    "dragonfly", "duck", "duckling", "eagle", "eel", "egret", "elephant", "elk", "emu", "ermine", "falcon", "fawn",
    "ferret", "finch", "firefly", "fish", "flamingo", "flounder", "fly", "foal", "fowl", "fox", "frog", "gannet",
    "gator", "gazelle", "gecko", "gerbil", "gibbon", "giraffe", "gnat", "gnu", "goat", "goldfish", "goose",
    "gopher", "gorilla", "grackle", "grouse", "gull", "guppy", "haddock", "halibut", "hamster", "hare", "hawk",
    "hedgehog", "hen", "heron", "herring", "hippo", "hog", "hornet", "horse", "hound", "husky", "hyena", "ibex",
    "ibis", "iguana", "impala", "insect", "jackal", "jaguar", "jay", "jaybird", "jennet", "kangaroo", "katydid",
    "kestrel", "kid", "kingfisher", "kite", "kiwi", "koala", "koi", "kudu", "ladybird", "lamb", "lark", "lemming",
    "lemur", "leopard", "lion", "lioness", "lizard", "llama", "lobster", "locust", "loon", "lynx", "macaque",
    "macaw", "mackerel", "magpie", "mallard", "mammoth", "manatee", "mantis", "mare", "marlin", "marmot", "marten",
    "martin", "mastiff", "mayfly", "meerkat", "mink", "minnow", "mite", "mole", "mollusc", "monarch", "mongoose",
    "monkey", "moose", "moray", "moth", "mouse", "mule", "mullet", "muskrat", "mussel", "narwhal", "newt",
    "nightingale", "ocelot", "octopus", "opossum", "orca", "oriole", "osprey", "ostrich", "otter", "owl", "ox",
    "oyster", "panda", "panther", "parrot", "peacock", "pegasus", "pelican", "penguin", "perch", "pheasant", "pig",
    "pigeon", "piglet", "pika", "pipefish", "piranha", "platypus", "plover", "polecat", "pony", "poodle",
    "porcupine", "porpoise", "possum", "prawn", "puffin", "pug", "puma", "puppy", "python", "quagga", "quail",
    "rabbit", "raccoon", "ram", "raptor", "raven", "ray", "reindeer", "rhino", "robin", "rooster", "sable",
    "salamander", "salmon", "sardine", "scallop", "sculpin", "seagull", "seal", "serval", "shark", "sheep",
    "shepherd", "shiner", "shrew", "shrimp", "skink", "skunk", "skylark", "sloth", "slug", "snail", "snake",
    "snapper", "sole", "spaniel", "sparrow", "spider", "sponge", "squid", "squirrel", "stag", "stallion",
    "starfish", "starling", "stingray", "stoat", "stork", "sturgeon", "sunfish", "swallow", "swan", "swift",
    "tadpole", "tahr", "tapir", "tarpon", "teal", "termite", "tern", "terrapin", "terrier", "thrush", "tick",
    "tiger", "titmouse", "toad", "tortoise", "toucan", "treefrog", "trout", "tuna", "turkey", "turtle", "unicorn",
    "urchin", "viper", "vole", "vulture", "wallaby", "walrus", "wasp", "weasel", "weevil", "whale", "whippet",
    "wildcat", "wolf", "wolverine", "wombat", "woodcock", "woodpecker", "worm", "wren", "yak", "zebra", "zebu",
];
