namespace EzTemplates.Conformance;

/// <summary>
/// A command line: <c>--name VALUE</c> options and words. An option takes one value; the words that follow it are
/// <see cref="Words"/> unless the command asks for all of them by <see cref="All"/>.
/// </summary>
internal sealed class Arguments
{
    private readonly Dictionary<string, List<string>> _options = new(StringComparer.Ordinal);
    private readonly List<string> _words = [];

    /// <summary>What belongs to no option, taking one value for each option.</summary>
    public IReadOnlyList<string> Words => [.. _words, .. _options.Values.SelectMany(values => values.Skip(1))];

    public static Arguments Parse(string[] args)
    {
        var parsed = new Arguments();
        var into = parsed._words;
        foreach (var word in args)
        {
            if (word.StartsWith("--", StringComparison.Ordinal))
            {
                into = parsed._options.TryGetValue(word, out var known) ? known : parsed._options[word] = [];
            }
            else
            {
                into.Add(word);
            }
        }

        return parsed;
    }

    public string Required(string option) => Optional(option) ?? throw new ArgumentException($"{option} is missing");

    public string? Optional(string option) => _options.TryGetValue(option, out var values) && values.Count > 0 ? values[0] : null;

    public bool Has(string option) => _options.ContainsKey(option);

    /// <summary>Every value of an option that takes several.</summary>
    public IReadOnlyList<string> All(string option) => _options.TryGetValue(option, out var values) && values.Count > 0
        ? values
        : throw new ArgumentException($"{option} is missing");
}
