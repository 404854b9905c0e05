using System.Diagnostics;
using System.Text.RegularExpressions;
using EzTemplates.Domain;

namespace EzTemplates.Testing;

/// <summary>
/// Judges sets of packages straight from the stanzas' text, for one architecture and one version a name. Shares nothing with the
/// solver but the order of versions, which has its own oracle.
/// </summary>
public sealed partial class StanzaChecker
{
    private readonly Dictionary<string, Stanza> _byName = [];
    private readonly Dictionary<string, List<(Stanza By, string Version)>> _providers = [];

    /// <param name="packages">A Packages file.</param>
    public StanzaChecker(string packages)
    {
        ArgumentNullException.ThrowIfNull(packages);
        foreach (var text in packages.Split("\n\n", StringSplitOptions.RemoveEmptyEntries))
        {
            var fields = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
            foreach (var line in text.Replace("\n ", " ", StringComparison.Ordinal).Split('\n', StringSplitOptions.RemoveEmptyEntries))
            {
                var colon = line.IndexOf(':', StringComparison.Ordinal);
                fields[line[..colon]] = line[(colon + 1)..].Trim();
            }

            var stanza = new Stanza(fields["Package"], fields["Version"], fields.GetValueOrDefault("Multi-Arch", "no"),
                [.. Relations(fields, "Pre-Depends"), .. Relations(fields, "Depends")],
                [.. Relations(fields, "Conflicts"), .. Relations(fields, "Breaks")]);
            _byName[stanza.Name] = stanza;
            foreach (var provided in Relations(fields, "Provides").Select(group => group[0]))
            {
                _providers.TryAdd(provided.Name, []);
                _providers[provided.Name].Add((stanza, provided.Version));
            }
        }
    }

    /// <summary>What is wrong with a set, a line each; nothing where it is closed, free of conflicts and has the roots.</summary>
    public IEnumerable<string> Check(IEnumerable<string> roots, IReadOnlyList<string> chosen)
    {
        ArgumentNullException.ThrowIfNull(roots);
        ArgumentNullException.ThrowIfNull(chosen);
        var set = chosen.Select(name => _byName[name]).ToHashSet();
        foreach (var name in chosen.GroupBy(n => n).Where(g => g.Count() > 1))
        {
            yield return $"two versions of {name.Key}";
        }

        foreach (var root in roots.Where(r => !chosen.Contains(r)))
        {
            yield return $"{root} is missing";
        }

        foreach (var package in set)
        {
            foreach (var group in package.Depends.Where(g => !g.SelectMany(Satisfying).Any(set.Contains)))
            {
                yield return $"{package.Name} misses {string.Join(" | ", group)}";
            }

            foreach (var met in package.Conflicts.SelectMany(g => g).SelectMany(Satisfying).Where(p => p != package && set.Contains(p)))
            {
                yield return $"{package.Name} conflicts with {met.Name}";
            }
        }
    }

    /// <summary>Packages that could be left out alone, the rest staying whole.</summary>
    public IEnumerable<string> Droppable(IReadOnlyCollection<string> roots, IReadOnlyList<string> chosen)
    {
        ArgumentNullException.ThrowIfNull(roots);
        ArgumentNullException.ThrowIfNull(chosen);
        var set = chosen.Select(name => _byName[name]).ToHashSet();
        var needed = roots.Select(name => _byName[name]).ToHashSet();
        foreach (var package in set)
        {
            foreach (var group in package.Depends)
            {
                var met = group.SelectMany(Satisfying).Where(set.Contains).Distinct().ToList();
                if (met is [var only] && only != package)
                {
                    _ = needed.Add(only);
                }
            }
        }

        return set.Where(p => !needed.Contains(p)).Select(p => p.Name);
    }

    /// <summary>Of the set's dependencies with a choice, whose first alternative some package could meet, those where one of the set does.</summary>
    public (int Choices, int First) FirstAlternatives(IReadOnlyList<string> chosen)
    {
        ArgumentNullException.ThrowIfNull(chosen);
        var set = chosen.Select(name => _byName[name]).ToHashSet();
        var (choices, first) = (0, 0);
        foreach (var group in set.SelectMany(p => p.Depends).Where(g => g.Length > 1))
        {
            var ways = Satisfying(group[0]).ToList();
            choices += ways.Count > 0 ? 1 : 0;
            first += ways.Exists(set.Contains) ? 1 : 0;
        }

        return (choices, first);
    }

    internal Stanza? Find(string name) => _byName.GetValueOrDefault(name);

    /// <summary>Whether anything has or provides the name, in whatever version.</summary>
    internal bool Speaks(string name) => _byName.ContainsKey(name) || _providers.ContainsKey(name);

    internal IEnumerable<Stanza> Satisfying(Relation relation)
    {
        if (_byName.TryGetValue(relation.Name, out var own) && Fits(relation, own, own.Version))
        {
            yield return own;
        }

        foreach (var (by, version) in _providers.GetValueOrDefault(relation.Name, []))
        {
            if ((by.Name != relation.Name || !Fits(relation, by, by.Version)) && (relation.Operator == "" || version != "") && Fits(relation, by, version))
            {
                yield return by;
            }
        }
    }

    private static bool Fits(Relation relation, Stanza package, string version)
    {
        if (relation.Architecture == "any" ? package.MultiArch != "allowed" : relation.Architecture is not ("" or "native" or "amd64"))
        {
            return false;
        }

        var order = relation.Operator == "" ? 0 : DebVersionOrder.Compare(version, relation.Version);
        return relation.Operator switch
        {
            "" => true,
            "<<" => order < 0,
            "<=" or "<" => order <= 0,
            "=" => order == 0,
            ">=" or ">" => order >= 0,
            ">>" => order > 0,
            _ => throw new UnreachableException(),
        };
    }

    private static IEnumerable<Relation[]> Relations(Dictionary<string, string> fields, string name) =>
        fields.GetValueOrDefault(name, "").Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)
            .Select(group => group.Split('|', StringSplitOptions.TrimEntries).Select(Relation.Parse).ToArray());

    internal sealed record Stanza(string Name, string Version, string MultiArch, List<Relation[]> Depends, List<Relation[]> Conflicts)
    {
        public bool Equals(Stanza? other) => ReferenceEquals(this, other);

        public override int GetHashCode() => Name.GetHashCode(StringComparison.Ordinal);
    }

    internal sealed partial record Relation(string Name, string Architecture, string Operator, string Version)
    {
        public static Relation Parse(string text)
        {
            var match = Form().Match(text);
            return match.Success
                ? new Relation(match.Groups[1].Value, match.Groups[2].Value, match.Groups[3].Value, match.Groups[4].Value)
                : throw new FormatException(text);
        }

        [GeneratedRegex(@"^([^\s:(]+)(?::(\S+))?\s*(?:\(\s*([<>=]+)\s*([^\s)]+)\s*\))?$")]
        private static partial Regex Form();
    }
}
