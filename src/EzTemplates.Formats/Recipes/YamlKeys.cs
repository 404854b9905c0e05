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
    private readonly List<string> _known = [];
    private readonly string _what;

    /// <param name="what">What the mapping is, for errors: <c>recipe</c>, <c>repository</c>.</param>
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
        _known.Add(key);
        return _pairs.TryGetValue(key, out var pair) ? pair.Value : null;
    }

    public YamlPlace PlaceOf(string key) => _pairs[key].Key.Place;

    /// <summary>The value of a key. Where it is absent but another key looks like it, that one is the error.</summary>
    public YamlNode Require(string key)
    {
        if (Find(key) is { } node)
        {
            return node;
        }

        throw NearNames.Closest(key, _pairs.Keys.Except(_known), 1) is [var near]
            ? PlaceOf(near).Fail($"unknown key `{near}` in the {_what}", $"did you mean `{key}`?")
            : Place.Fail($"the {_what} has no `{key}`", $"add `{key}:`; see README, \"Recipes\"");
    }

    public string Text(string key) => TextOf(key, Require(key));

    public string? OptionalText(string key) => Find(key) is { } node ? TextOf(key, node) : null;

    public bool Flag(string key, bool otherwise) => Find(key) is not { } node
        ? otherwise
        : TextOf(key, node) switch
        {
            "true" => true,
            "false" => false,
            var text => throw node.Place.Fail($"`{key}` is `{text}`; it can be true or false"),
        };

    /// <summary>One of some words; the first is what an absent key means.</summary>
    public string Word(string key, params ReadOnlySpan<string> words)
    {
        if (Find(key) is not { } node)
        {
            return words[0];
        }

        var text = TextOf(key, node);
        return words.Contains(text)
            ? text
            : throw node.Place.Fail(
                $"`{key}` is `{text}`; it can be {string.Join(" or ", words.ToArray().Select(word => $"`{word}`"))}", DidYouMean(text, words.ToArray()));
    }

    public int Number(string key, int least, int most, int otherwise) => Find(key) is not { } node
        ? otherwise
        : int.TryParse(TextOf(key, node), System.Globalization.NumberStyles.AllowLeadingSign, null, out var number) && number >= least && number <= most
            ? number
            : throw node.Place.Fail($"`{key}` is `{TextOf(key, node)}`; it can be a number from {least} to {most}");

    public IReadOnlyList<YamlNode> Items(string key) => Find(key) switch
    {
        null => [],
        YamlSequence sequence => sequence.Items,
        var node => throw node.Place.Fail($"`{key}` is {node.Kind}; it must be a list", $"{key}: [...]"),
    };

    public ImmutableArray<T> Items<T>(string key, Func<YamlScalar, T> read) =>
        [.. Items(key).Select(item => read(ScalarOf($"an item of `{key}`", item)))];

    public void RefuseOthers(IEnumerable<string>? alsoKnown = null)
    {
        foreach (var (key, _) in _pairs.Values)
        {
            if (!_known.Contains(key.Text, StringComparer.Ordinal))
            {
                throw key.Place.Fail(
                    $"unknown key `{key.Text}` in the {_what}",
                    DidYouMean(key.Text, _known.Concat(alsoKnown ?? [])) ?? $"the {_what} can have: {string.Join(", ", _known.Distinct().Order(StringComparer.Ordinal))}");
            }
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

    private static string TextOf(string key, YamlNode node) => ScalarOf($"`{key}`", node).Text;
}
