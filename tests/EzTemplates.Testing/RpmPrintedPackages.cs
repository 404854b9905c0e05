using System.Globalization;
using System.Text.RegularExpressions;

namespace EzTemplates.Testing;

/// <summary>Finds the packages that an explanation's words speak of: <c>a 2, 1, b.i686 2 and 5 more</c>.</summary>
internal sealed partial class RpmPrintedPackages(RpmMetadata metadata, RpmAsked asked)
{
    /// <summary>The name, with the architecture where that is not the best one, or where one package would be taken for another.</summary>
    public string Label(RpmStanza package) =>
        package.Name + (IsPlain(package) && metadata.Named(package.Name).Count(p => IsPlain(p) && p.Version == package.Version) == 1 ? "" : "." + package.Architecture);

    private bool IsPlain(RpmStanza package) => package.Architecture == "noarch" || package.Architecture == asked.Architectures[0];

    public static bool AreOfOneWidth(RpmStanza one, RpmStanza other)
    {
        static int Width(RpmStanza p) => p.Architecture switch { "noarch" => 0, "x86_64" or "aarch64" or "s390x" or "ppc64le" => 64, _ => 32 };
        return Width(one) == Width(other) || Width(one) == 0 || Width(other) == 0;
    }

    /// <summary>Whether a list names these packages and no others; what it only counts must be the rest.</summary>
    public bool IsList(string text, HashSet<RpmStanza> packages)
    {
        var (named, more) = Named(text);
        return named.Count + more == packages.Count && named.TrueForAll(n => packages.Any(p => $"{Label(p)} {p.Version}" == n));
    }

    /// <summary>Whether each package that a list names is one of these.</summary>
    public bool IsPartOf(string text, HashSet<RpmStanza> packages)
    {
        var (named, more) = Named(text);
        return named.Count + more <= packages.Count && named.TrueForAll(n => packages.Any(p => $"{Label(p)} {p.Version}" == n));
    }

    /// <summary>
    /// The packages before a verb, each with what its own metadata has of that meaning, and what is left of the text behind it. Where
    /// versions are only counted, they must be all that there are with the same meaning. Null where there is no such.
    /// </summary>
    public (List<(RpmStanza Package, RpmNeed Need)> Needs, string Behind)? Subjects(string who, Func<RpmStanza, List<RpmNeed>> said, string rest)
    {
        var all = new List<(RpmStanza, RpmNeed)>();
        var behind = "";
        foreach (Match match in Subject().Matches(who))
        {
            var versions = match.Groups["versions"].Value.Split(", ");
            var more = match.Groups["more"].Success ? int.Parse(match.Groups["more"].Value, CultureInfo.InvariantCulture) : 0;
            var name = match.Groups["name"].Value;
            var ofLabel = metadata.Named(name).Concat(metadata.Named(name[..Math.Max(0, name.LastIndexOf('.'))])).Where(p => Label(p) == name && asked.Admits(p));
            var same = new List<(RpmStanza Package, RpmNeed Need)>();
            foreach (var package in ofLabel.Where(p => more > 0 || versions.Contains(p.Version)))
            {
                // The longest that the text begins with: `a = 1` before `a`.
                var need = said(package).Where(n => Begins(rest, n, package)).MaxBy(n => Shown(rest, n, package).Length);
                if (need is not null)
                {
                    same.Add((package, need));
                    behind = rest[Shown(rest, need, package).Length..];
                }
            }

            if (same.Count != versions.Length + more || !versions.All(v => same.Exists(s => s.Package.Version == v)))
            {
                return null;
            }

            all.AddRange(same);
        }

        return all.Count == 0 ? null : (all, behind);
    }

    /// <summary>What is wrong with the words on what meets a need; null where they are true, and silent only where the need itself says it.</summary>
    public string? WrongRemedy(string rest, List<RpmNeed> needs, HashSet<RpmStanza> meeting)
    {
        var admitted = meeting.Where(asked.Admits).ToHashSet();
        var parts = rest.Split("; ");
        if (There().Match(parts[0]) is { Success: true } there)
        {
            return !IsList(there.Groups["list"].Value, admitted) ? "these are not those that meet it" : WrongRefusals(parts, meeting);
        }

        if (parts[0] == "" && parts.Length > 1)
        {
            return WrongRefusals(parts, meeting);
        }

        if (rest == "")
        {
            return admitted.Count > 0 && admitted.All(p => needs.TrueForAll(n => n.ToString() == p.Name)) ? null : "it does not say what meets it";
        }

        var names = needs.SelectMany(n => n.Relations()).SelectMany(r => metadata.Speaking(r.Name)).Where(p => !asked.IsForeign(p)).ToHashSet();
        return rest == ", which no repository has" ? (meeting.Count + names.Count == 0 ? null : "something has it")
            : Only().Match(rest) is { Success: true } only
                ? (meeting.Count == 0 && IsList(only.Groups["list"].Value, names) ? null : "these are not those of the name")
            : Foreign().Match(rest) is { Success: true } foreign
                ? (meeting.All(asked.IsForeign) && IsList(foreign.Groups["list"].Value, meeting) ? null : "not these, or not of another architecture")
            : "what meets it is told in no form that is known";
    }

    private string? WrongRefusals(string[] parts, HashSet<RpmStanza> meeting)
    {
        foreach (var part in parts.Skip(1))
        {
            var match = Kept().Match(part);
            var why = match.Groups["excluded"].Success ? "excluded" : match.Groups["held"].Success ? "held" : match.Groups["pinned"].Success ? "pinned" : match.Groups["forbidden"].Success ? "forbidden" : "stream";
            if (!match.Success || !IsList(match.Groups["list"].Value, [.. meeting.Where(p => asked.Refusal(p) == why)]))
            {
                return $"not what keeps it out ({part})";
            }
        }

        return null;
    }

    private static bool Begins(string text, RpmNeed need, RpmStanza package) =>
        Shown(text, need, package) is var shown && text.StartsWith(shown, StringComparison.Ordinal) && (text.Length == shown.Length || text[shown.Length] is ',' or ';' or ' ');

    /// <summary>The need in the words of the text: a package's own version is called that.</summary>
    private static string Shown(string text, RpmNeed need, RpmStanza package)
    {
        var plain = need.ToString();
        var own = Regex.Replace(plain, $"= {Regex.Escape(package.Version)}(?=$|[ )])", "= its own version");
        return text.StartsWith(own, StringComparison.Ordinal) ? own : plain;
    }

    private static (List<string> Named, int More) Named(string text)
    {
        var more = More().Match(text);
        var (named, name) = (new List<string>(), "");
        foreach (var item in (more.Success ? text[..more.Index] : text).Split(", ", StringSplitOptions.RemoveEmptyEntries))
        {
            name = item.Contains(' ', StringComparison.Ordinal) ? item.Split(' ')[0] : name;
            named.Add($"{name} {item.Split(' ')[^1]}");
        }

        return (named, more.Success ? int.Parse(more.Groups[1].Value, CultureInfo.InvariantCulture) : 0);
    }

    [GeneratedRegex("(?:^| and )(?<name>\\S+) (?<versions>[^ ,]+(?:, [^ ,]+)*)(?: and (?<more>[0-9]+) more versions)?(?=$| and )")]
    private static partial Regex Subject();

    [GeneratedRegex(" and ([0-9]+) more$")]
    private static partial Regex More();

    [GeneratedRegex(@"^ \(there is (?<list>.*)\)$")]
    private static partial Regex There();

    [GeneratedRegex("^, but there is only (?<list>.*)$")]
    private static partial Regex Only();

    [GeneratedRegex("^, which only (?<list>.*) ha(?:s|ve), of an architecture that is not asked for$")]
    private static partial Regex Foreign();

    [GeneratedRegex("^(?:(?<excluded>the recipe excludes (?<list>.*))"
        + "|(?<held>the recipe holds `[^`]+` at `[^`]+` .*, which rules out (?<list>.*))"
        + "|(?<pinned>a pin forbids (?<list>.*))"
        + "|(?<forbidden>the source of (?<list>.*) has a negative priority)|the module stream of (?<list>.*) is not enabled)$")]
    private static partial Regex Kept();
}
