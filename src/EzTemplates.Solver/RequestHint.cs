using EzTemplates.Domain;

namespace EzTemplates.Solver;

/// <summary>
/// Finds a change of a request that makes it solvable, by trying. What both families try is here; what only one has, it tries in between.
/// </summary>
/// <param name="helps">Whether a changed request, of the same kind, has a solution.</param>
internal sealed class RequestHint(SolveRequest request, Func<SolveRequest, bool> helps)
{
    private const int MostMissing = 3;

    /// <summary>Whatever the recipe keeps out is let in.</summary>
    /// <param name="names">Of packages that are kept out and would serve.</param>
    public string? Allow(IEnumerable<string> names) => names.Select(Allow).FirstOrDefault(hint => hint is not null);

    /// <summary>The hint if the change helps, else null.</summary>
    public string? Tried(string hint, SolveRequest changed) => helps(changed) ? hint : null;

    /// <param name="unbound">The same request where the base may change.</param>
    public string? UpdateBase(SolveRequest unbound) => Tried($"`ez update {request.BaseName.Split('@')[0]}` would allow it", unbound);

    /// <summary>One of the recipe's packages, whichever helps; where no single one does, those that do not go with the ones before them.</summary>
    /// <param name="asked">Those that play a part.</param>
    /// <param name="missing">What is needed and to be had nowhere.</param>
    public string? LeaveOut(IEnumerable<PackageRequest> asked, IReadOnlyCollection<string> missing)
    {
        var all = asked.Distinct().ToList();
        if (all.Count == 0)
        {
            return null;
        }

        var add = missing.Count is 0 or > MostMissing ? "" : $", or add a repository that has `{string.Join("` and `", missing)}`";
        var droppable = all.FindAll(a => helps(request with { Install = request.Install.RemoveAll(r => r == a) }));
        return droppable.Count > 0
            ? $"leave out {string.Join(" or ", droppable.Select(a => $"`{a}`"))}{add}"
            : LeaveOutSeveral() is { Count: > 0 } several ? $"leave out {string.Join(" and ", several.Select(a => $"`{a}`"))}" : null;
    }

    /// <summary>The request with the base's packages as roots instead of facts.</summary>
    public SolveRequest WithoutBase(Func<PackageId, PackageRequest> asRoot) => request with
    {
        Fixed = [],
        Preferred = [],
        Install = [.. request.Install, .. request.Fixed.Select(asRoot)],
    };

    private string? Allow(string name)
    {
        bool Forbids(PackagePin pin) => pin.Priority <= 0 && VersionPattern.Matches(pin.Package, name);
        return request.Exclude.Contains(name) && helps(request with { Exclude = request.Exclude.RemoveAll(e => e == name) }) ? $"remove `{name}` from `exclude`"
            : request.Holds.Any(h => h.Package == name) && helps(request with { Holds = request.Holds.RemoveAll(h => h.Package == name) }) ? $"lift the hold on `{name}`"
            : request.Pins.FirstOrDefault(Forbids) is { } pin && helps(request with { Pins = request.Pins.RemoveAll(Forbids) }) ? $"lift the pin on `{pin.Package}`"
            : null;
    }

    private List<PackageRequest> LeaveOutSeveral()
    {
        var several = new List<PackageRequest>();
        var kept = request with { Install = [] };
        foreach (var asked in request.Install.Distinct())
        {
            var more = kept with { Install = kept.Install.Add(asked) };
            if (helps(more))
            {
                kept = more;
            }
            else
            {
                several.Add(asked);
            }
        }

        return kept.Install.IsEmpty && !helps(kept) ? [] : several;
    }
}
