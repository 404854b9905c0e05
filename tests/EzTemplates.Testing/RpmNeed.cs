using System.Collections.Immutable;
using System.Text;
using EzTemplates.Domain;

namespace EzTemplates.Testing;

/// <summary>
/// What a package speaks of, read from its text: <c>name</c>, <c>name &gt;= 2</c>, <c>(a and b)</c>, <c>(a if b else c)</c>
/// (rpm's dependencies and boolean dependencies).
/// </summary>
/// <param name="Operator"><c>and or if unless with without</c>; empty where it is one name.</param>
public sealed record RpmNeed(string Operator, string Name, string Comparison, string Version, ImmutableArray<RpmNeed> Parts)
{
    public static RpmNeed Of(string name, string comparison = "", string version = "") =>
        new("", name, comparison, version.StartsWith("0:", StringComparison.Ordinal) ? version[2..] : version, []);

    public static RpmNeed Parse(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        var words = Words(text);
        var next = 0;
        var need = words is ["(", ..] ? Primary(words, ref next) : Relation(words, ref next);
        return next == words.Count ? need : throw new FormatException($"more than a dependency: {text}");
    }

    /// <summary>The names that it speaks of.</summary>
    public IEnumerable<RpmNeed> Relations() => Operator == "" ? [this] : Parts.SelectMany(p => p.Relations());

    /// <summary>Whether this range and the other one, of one name, have a version in common.</summary>
    public bool Overlaps(RpmNeed other)
    {
        ArgumentNullException.ThrowIfNull(other);
        return Comparison == "" || other.Comparison == "" || RpmVersionOrder.Overlaps(
            Kind(Comparison), Encoding.UTF8.GetBytes(Version), Kind(other.Comparison), Encoding.UTF8.GetBytes(other.Version));
    }

    /// <summary>One text for whatever means the same.</summary>
    public override string ToString() => Operator switch
    {
        "" => Comparison == "" ? Name : $"{Name} {Comparison} {Version}",
        "if" or "unless" => $"({Parts[0]} {Operator} {Parts[1]}{(Parts.Length > 2 ? $" else {Parts[2]}" : "")})",
        _ => $"({string.Join($" {Operator} ", Parts)})",
    };

    private static VersionRelation Kind(string comparison) => comparison switch
    {
        "<" => VersionRelation.Less,
        "<=" => VersionRelation.LessOrEqual,
        "=" => VersionRelation.Equal,
        ">=" => VersionRelation.GreaterOrEqual,
        ">" => VersionRelation.Greater,
        _ => throw new FormatException(comparison),
    };

    private static RpmNeed Primary(List<string> words, ref int next)
    {
        if (words[next] != "(")
        {
            return Relation(words, ref next);
        }

        next++;
        var parts = ImmutableArray.Create(Primary(words, ref next));
        var joint = "";
        while (words[next] != ")")
        {
            joint = joint == "" ? words[next] : joint;
            next++;
            parts = parts.Add(Primary(words, ref next));
        }

        next++;
        return joint == "" ? parts[0] : new RpmNeed(joint, "", "", "", parts);
    }

    private static RpmNeed Relation(List<string> words, ref int next)
    {
        var name = words[next++];
        return next + 1 < words.Count && words[next] is "<" or "<=" or "=" or ">=" or ">"
            ? Of(name, words[next++], words[next++]) : Of(name);
    }

    /// <summary>Brackets inside of a word, as in <c>libc.so.6(GLIBC_2.4)(64bit)</c>, belong to it.</summary>
    private static List<string> Words(string text)
    {
        var words = new List<string>();
        for (var at = 0; at < text.Length;)
        {
            var start = at;
            if (text[at] is ' ' or '(' or ')')
            {
                at++;
            }
            else
            {
                for (var depth = 0; at < text.Length && text[at] != ' ' && (text[at] != ')' || depth > 0); at++)
                {
                    depth += text[at] switch { '(' => 1, ')' => -1, _ => 0 };
                }
            }

            words.Add(text[start..at]);
        }

        _ = words.RemoveAll(w => w == " ");
        return words;
    }
}
