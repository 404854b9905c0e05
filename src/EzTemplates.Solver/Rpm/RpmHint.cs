using EzTemplates.Domain;

namespace EzTemplates.Solver;

/// <summary>Finds a change of the request that makes it solvable, by trying.</summary>
internal sealed class RpmHint(RpmUniverse universe, RpmRequest request, RpmEncoder encoder, List<RpmFact> core, CancellationToken cancellation)
{
    private const int MostMissing = 3;

    /// <param name="refused">Packages that the request keeps out and that would serve.</param>
    /// <param name="missing">What is needed and to be had nowhere.</param>
    public string? Find(List<PackageId> refused, List<string> missing)
    {
        foreach (var name in refused.Select(p => universe.Text(universe.Names[p.Value])).Distinct())
        {
            if (Allow(name) is { } hint)
            {
                return hint;
            }
        }

        foreach (var stream in encoder.StreamsOf(refused.FindAll(encoder.Policy.IsHiddenByModules)))
        {
            var (changed, hint) = RpmModules.Asking(request, stream);
            if (Helps(changed))
            {
                return hint;
            }
        }

        return core.Exists(f => f.Kind == RpmFactKind.Base) && Helps(Unbound())
            ? $"`ez update {request.BaseName.Split('@')[0]}` would allow it"
            : LeaveOut(missing);
    }

    private bool Helps(RpmRequest changed) => RpmSolver.IsSolvable(universe, changed, cancellation);

    private string? Allow(string name)
    {
        if (request.Exclude.Contains(name) && Helps(request with { Exclude = request.Exclude.Remove(name) }))
        {
            return $"remove `{name}` from `exclude`";
        }

        return request.Holds.Any(h => h.Package == name) && Helps(request with { Holds = request.Holds.RemoveAll(h => h.Package == name) })
            ? $"lift the hold on `{name}`" : null;
    }

    /// <summary>The same request where the base may change: its names are roots instead of facts.</summary>
    private RpmRequest Unbound() => request with
    {
        Fixed = [],
        Preferred = [],
        Install = [.. request.Install, .. request.Fixed.Select(p => new PackageRequest(
            universe.Text(universe.Names[p.Value]), Architecture: universe.Text(universe.Architectures[p.Value]) is var a && a == "noarch" ? "" : a))],
    };

    /// <summary>One of the recipe's packages, whichever helps; where no single one does, those that do not go with the ones before them.</summary>
    private string? LeaveOut(List<string> missing)
    {
        var asked = core.Where(f => f.Kind == RpmFactKind.Root).Select(f => encoder.Roots[f.Index].Asked).Distinct().ToList();
        if (asked.Count == 0)
        {
            return null;
        }

        var add = missing.Count is 0 or > MostMissing ? "" : $", or add a repository that has `{string.Join("` and `", missing)}`";
        var droppable = asked.FindAll(a => Helps(Without(a)));
        return droppable.Count > 0
            ? $"leave out {string.Join(" or ", droppable.Select(a => $"`{a}`"))}{add}"
            : LeaveOutSeveral() is { Count: > 0 } several ? $"leave out {string.Join(" and ", several.Select(a => $"`{a}`"))}" : null;
    }

    private RpmRequest Without(PackageRequest asked) => request with { Install = request.Install.RemoveAll(r => r == asked) };

    private List<PackageRequest> LeaveOutSeveral()
    {
        var several = new List<PackageRequest>();
        var kept = request with { Install = [] };
        foreach (var asked in request.Install.Distinct())
        {
            var more = kept with { Install = kept.Install.Add(asked) };
            if (Helps(more))
            {
                kept = more;
            }
            else
            {
                several.Add(asked);
            }
        }

        return kept.Install.IsEmpty && !Helps(kept) ? [] : several;
    }
}
