using System.Text;
using EzTemplates.Domain;
using EzTemplates.Formats;

namespace EzTemplates.Conformance;

/// <summary>
/// Judges a final set by the case's own text: what is required is there, nothing that is forbidden is, one package of a name, and what
/// was asked was done. What was broken among installed packages before may stay so.
/// </summary>
internal sealed class LibsolvChecker
{
    private readonly LibsolvCase _case;
    private readonly List<LibsolvPackage> _final;
    private readonly HashSet<LibsolvPackage> _installed;

    private LibsolvChecker(LibsolvCase given, IReadOnlySet<string> final)
    {
        _case = given;
        _final = [.. given.Installed.Concat(given.Available).Where(p => final.Contains(p.Id))];
        _installed = [.. given.Installed];
    }

    public static List<string> Check(LibsolvCase given, IReadOnlySet<string> final)
    {
        var checker = new LibsolvChecker(given, final);
        return [.. checker.Unmet(), .. checker.Clashes(), .. checker.Undone()];
    }

    public static bool Meets(RpmEntry required, RpmEntry provided) =>
        required.Name == provided.Name && RpmVersionOrder.Overlaps(
            required.Relation, Encoding.UTF8.GetBytes(required.Version), provided.Relation, Encoding.UTF8.GetBytes(provided.Version));

    private IEnumerable<string> Unmet()
    {
        var has = ProvidedBy(_final);
        var had = ProvidedBy(_case.Installed);
        foreach (var package in _final)
        {
            foreach (var needed in package.Entries("requires").Concat(package.Entries("prerequires")))
            {
                var wasBroken = !_case.Request.Repair && _installed.Contains(package) && !IsMet(had, needed);
                if (!wasBroken && !IsMet(has, needed) && !needed.Name.StartsWith("rpmlib(", StringComparison.Ordinal) && !_case.IsTrueNamespace(needed.Name))
                {
                    yield return $"{package.Id} needs {needed.Name}";
                }
            }
        }
    }

    private IEnumerable<string> Clashes()
    {
        foreach (var package in _final)
        {
            foreach (var other in _final.Where(o => o != package && !(_installed.Contains(o) && _installed.Contains(package) && !_case.Request.Repair)))
            {
                if (other.Name == package.Name)
                {
                    yield return $"{package.Id} beside {other.Id}";
                }

                if (package.Entries("conflicts").Any(c => Provided(other).Any(p => Meets(c, p))))
                {
                    yield return $"{package.Id} conflicts with {other.Id}";
                }

                if (other.Name != package.Name && package.Entries("obsoletes").Any(o => Meets(o, new RpmEntry(other.Name, VersionRelation.Equal, other.Evr))))
                {
                    yield return $"{package.Id} obsoletes {other.Id}";
                }
            }
        }
    }

    private IEnumerable<string> Undone()
    {
        foreach (var asked in _case.Request.Install.Where(r => r.Relation == VersionRelation.Equal))
        {
            if (!_final.Exists(p => p.Name == asked.Name && p.Evr == asked.Version))
            {
                yield return $"{asked} is asked for";
            }
        }

        foreach (var gone in _case.Request.Remove)
        {
            if (_final.Exists(p => p.Name == gone.Name && p.Evr == gone.Version))
            {
                yield return $"{gone} is to be removed";
            }
        }
    }

    private static IEnumerable<RpmEntry> Provided(LibsolvPackage package) =>
        package.Entries("provides").Concat(package.Entries("files")).Append(new RpmEntry(package.Name, VersionRelation.Equal, package.Evr));

    private static ILookup<string, RpmEntry> ProvidedBy(IEnumerable<LibsolvPackage> packages) =>
        packages.SelectMany(Provided).ToLookup(p => p.Name, StringComparer.Ordinal);

    private static bool IsMet(ILookup<string, RpmEntry> provided, RpmEntry needed) => provided[needed.Name].Any(p => Meets(needed, p));
}
