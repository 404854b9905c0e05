using System.Globalization;
using System.Text;
using EzTemplates.Domain;

namespace EzTemplates.Solver;

/// <summary>One sentence for the facts of several versions.</summary>
internal sealed partial class RpmExplanation
{
    private const int MostVersions = 4;

    /// <summary>The packages whose facts these are, each name once; versions are counted only where they are all that say the same.</summary>
    private string Versions(List<RpmFact> facts)
    {
        var name = _universe.Text(NameOf(facts[0]));
        var need = Need(facts[0]);
        bool SaysSo(PackageId package, RpmFactKind kind) => _encoder.Policy.Admits(package)
            && Enumerable.Range(0, _universe.Dependencies(package).Length).Select(i => new RpmFact(kind, package, i)).Any(f => IsOf(f) && Need(f) == need);
        var text = new StringBuilder(name);
        foreach (var group in facts.Select(f => f.Package).Distinct().GroupBy(_words.Name))
        {
            var versions = group.Select(_words.Version).Distinct().ToList();
            var isAll = versions.Count > MostVersions
                && _encoder.Policy.Named(NameOf(facts[0])).Count(p => _words.Name(p) == group.Key && SaysSo(p, facts[0].Kind)) == group.Count();
            _ = text.Length == name.Length ? text.Append(group.Key[name.Length..]) : text.Append(" and ").Append(group.Key);
            _ = text.Append(' ').AppendJoin(", ", isAll ? versions.Take(MostVersions - 1) : versions);
            _ = isAll ? text.Append(CultureInfo.InvariantCulture, $" and {versions.Count - MostVersions + 1} more versions") : text;
        }

        return text.ToString();
    }

    /// <summary>Whether the dependency with the fact's number is of its kind.</summary>
    private bool IsOf(RpmFact fact) => _universe.Dependencies(fact.Package)[fact.Index].Kind switch
    {
        RpmDependencyKind.Requires or RpmDependencyKind.PreRequires => fact.Kind == RpmFactKind.Requires,
        RpmDependencyKind.Conflicts => fact.Kind == RpmFactKind.Conflicts,
        RpmDependencyKind.Obsoletes => fact.Kind == RpmFactKind.Obsoletes,
        _ => false,
    };

    /// <summary>The dependency in words that are the same for versions that each need another package in their own version.</summary>
    private string Need(RpmFact fact)
    {
        var own = _words.Version(fact.Package);
        var term = _words.Term(TermOf(fact));
        for (var at = term.IndexOf($"= {own}", StringComparison.Ordinal); at >= 0; at = term.IndexOf($"= {own}", at + 2, StringComparison.Ordinal))
        {
            var end = at + 2 + own.Length;
            if (end == term.Length || term[end] is ' ' or ')')
            {
                term = $"{term[..at]}= its own version{term[end..]}";
            }
        }

        return term;
    }
}
