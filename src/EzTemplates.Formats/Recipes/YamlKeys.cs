using System.Collections.Immutable;
using EzTemplates.Domain;

namespace EzTemplates.Formats.Recipes;

/// <summary>
/// The keys of one mapping, to be asked for by name. What is asked for is checked to be of the kind that is needed;
/// <see cref="RefuseOthers"/> then refuses the rest, with what its author may have meant.
/// </summary>
internal sealed class YamlKeys
{
    private readonly Dictionary<string, (YamlScalar Key, YamlNode Value)> _pairs = new(StringComparer.Ordinal);
    private readonly HashSet<string> _asked = new(StringComparer.Ordinal);
    private readonly KeyTable? _table;
    private readonly string _what;

    public YamlKeys(YamlNode node, KeyTable table)
        : this(node, table.Name) => _table = table;

    /// <summary>A mapping whose keys are names that its author chose.</summary>
    /// <param name="what">What the mapping is, for errors: <c>mirror list</c>.</param>
    public YamlKeys(YamlNode node, string what)
    {
        _what = what;
        Place = node.Place;
        if (node is not YamlMapping mapping)
        {
            throw node.Place.Fail($"the {what} is {node.Kind}; it must be a mapping of keys to values", "see README, \"Recipes\"");
        }

        foreach (var pair in mapping.Pairs)
        {
            _pairs.Add(pair.Key.Text, pair);
        }
    }

    public YamlPlace Place { get; }

    /// <summary>The value of a key, or null where the key is not there.</summary>
    public YamlNode? Find(string key)
    {
        _ = _table?.Of(key);
        _asked.Add(key);
        return _pairs.TryGetValue(key, out var pair) ? pair.Value : null;
    }

    /// <summary>A line with the key that is right.</summary>
    public string ExampleOf(string key) => _table?.Of(key).Example ?? throw new InvalidOperationException($"the {_what} has no table of keys");

    public YamlPlace PlaceOf(string key) => _pairs[key].Key.Place;

    /// <summary>The value of a key. Where it is absent but another key looks like it, that one is the error.</summary>
    public YamlNode Require(string key)
    {
        if (Find(key) is { } node)
        {
            return node;
        }

        throw NearNames.Closest(key, _pairs.Keys.Except(Known), 1) is [var near]
            ? PlaceOf(near).Fail($"unknown key `{near}` in the {_what}", $"did you mean `{key}`?")
            : Place.Fail($"the {_what} has no `{key}`", $"add `{key}:`; see README, \"Recipes\"");
    }

    public string Text(string key) => TextOf(key, Require(key));

    public string? OptionalText(string key) => Find(key) is { } node ? TextOf(key, node) : null;

    public bool Flag(string key) => Find(key) is not { } node
        ? ValueOf<KeyValue.Flag>(key).Otherwise
        : TextOf(key, node) switch
        {
            "true" => true,
            "false" => false,
            var text => throw node.Place.Fail($"`{key}` is `{text}`; it can be true or false"),
        };

    /// <summary>One of some words; the first is what an absent key means.</summary>
    public string Word(string key)
    {
        var words = ValueOf<KeyValue.Word>(key) is var value ? value.Words.AddRange(value.Later) : [];
        if (Find(key) is not { } node)
        {
            return words[0];
        }

        var text = TextOf(key, node);
        return words.Contains(text)
            ? text
            : throw node.Place.Fail(
                $"`{key}` is `{text}`; it can be {string.Join(" or ", words.Select(word => $"`{word}`"))}", DidYouMean(text, words));
    }

    public int Number(string key)
    {
        var value = ValueOf<KeyValue.Number>(key);
        return Find(key) is not { } node
            ? value.Otherwise
            : int.TryParse(TextOf(key, node), System.Globalization.NumberStyles.AllowLeadingSign, null, out var number) && number >= value.Least && number <= value.Most
                ? number
                : throw node.Place.Fail($"`{key}` is `{TextOf(key, node)}`; it can be a {value.Name}");
    }

    public IReadOnlyList<YamlNode> Items(string key) => Find(key) switch
    {
        null => [],
        YamlSequence sequence => sequence.Items,
        var node => throw node.Place.Fail($"`{key}` is {node.Kind}; it must be a list", $"{key}: [...]"),
    };

    public ImmutableArray<T> Items<T>(string key, Func<YamlScalar, T> read) =>
        [.. Items(key).Select(item => read(ScalarOf($"an item of `{key}`", item)))];

    /// <exception cref="InvalidOperationException">The reader did not ask for a key that the table has, so that its value would be lost.</exception>
    public void RefuseOthers()
    {
        foreach (var (key, _) in _pairs.Values)
        {
            if (!Known.Contains(key.Text))
            {
                throw key.Place.Fail(
                    $"unknown key `{key.Text}` in the {_what}",
                    DidYouMean(key.Text, Known) ?? $"the {_what} can have: {string.Join(", ", Known.Order(StringComparer.Ordinal))}");
            }
        }

        if (Known.FirstOrDefault(key => !_asked.Contains(key)) is { } forgotten)
        {
            throw new InvalidOperationException($"the reader of the {_what} does not ask for `{forgotten}`");
        }
    }

    public IEnumerable<(YamlScalar Key, YamlNode Value)> Pairs => _pairs.Values;

    public static string? DidYouMean(string written, IEnumerable<string> known) =>
        NearNames.Closest(written, known, 1) is [var near] ? $"did you mean `{near}`?" : null;

    public static YamlScalar ScalarOf(string what, YamlNode node) => node switch
    {
        YamlScalar { IsNull: false } scalar => scalar,
        YamlScalar => throw node.Place.Fail($"{what} has no value"),
        _ => throw node.Place.Fail($"{what} is {node.Kind}; it must be one string"),
    };

    private IEnumerable<string> Known => _table is { } table ? table.Names : _asked;

    private T ValueOf<T>(string key)
        where T : KeyValue =>
        _table?.Of(key).Value as T ?? throw new InvalidOperationException($"`{key}` of the {_what} is no {typeof(T).Name}");

    private static string TextOf(string key, YamlNode node) => ScalarOf($"`{key}`", node).Text;
}
