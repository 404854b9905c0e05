using EzTemplates.Domain;

namespace EzTemplates.Solver;

/// <summary>Finds a change of the request that makes it solvable, by trying.</summary>
internal sealed class DebHint(PackageUniverse universe, DebRequest request, List<DebFact> core, CancellationToken cancellation)
{
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

        return request.BaseFollows && core.Exists(f => f.Kind == DebFactKind.Base) && Helps(Unbound())
            ? $"`ez update {request.BaseName.Split('@')[0]}` would allow it"
            : LeaveOut(missing);
    }

    private bool Helps(DebRequest changed) => DebSolver.IsSolvable(universe, changed, cancellation);

    private string? Allow(string name)
    {
        if (request.Exclude.Contains(name) && Helps(request with { Exclude = request.Exclude.Remove(name) }))
        {
            return $"remove `{name}` from `exclude`";
        }

        if (request.Holds.Any(h => h.Package == name) && Helps(request with { Holds = request.Holds.RemoveAll(h => h.Package == name) }))
        {
            return $"lift the hold on `{name}`";
        }

        bool Forbids(PackagePin pin) => pin.Priority <= 0 && VersionPattern.Matches(pin.Package, name);
        return request.Pins.FirstOrDefault(Forbids) is { } pin && Helps(request with { Pins = request.Pins.RemoveAll(Forbids) })
            ? $"lift the pin on `{pin.Package}`"
            : null;
    }

    /// <summary>The same request where the base may change: its names are roots instead of facts, from the base's own sources.</summary>
    private DebRequest Unbound() => request with
    {
        Fixed = [],
        Preferred = [],
        Pins =
        [
            .. request.Fixed.Select(p => universe.Text(universe.Names[p.Value])).Distinct()
                .SelectMany(name => request.OwnSources.Select(source => new PackagePin(name, "", source, -1))),
            .. request.Pins,
        ],
        Install = [.. request.Install, .. request.Fixed.Select(p => new PackageRequest(
            universe.Text(universe.Names[p.Value]), Architecture: universe.Text(universe.Architectures[p.Value]) is var a && a == "all" ? "" : a))],
    };

    /// <summary>One of the recipe's packages, whichever helps; where no single one does, those that do not go with the ones before them.</summary>
    private string? LeaveOut(List<string> missing)
    {
        var roots = core.Where(f => f.Kind == DebFactKind.Root).Select(f => f.Index).ToList();
        if (roots.Count == 0)
        {
            return null;
        }

        var add = missing.Count == 0 ? "" : $", or add a repository that has `{string.Join("` and `", missing)}`";
        if (request.Install.Length == 1)
        {
            return Helps(request with { Install = [] }) ? $"leave out `{request.Install[0]}`{add}" : null;
        }

        var droppable = roots.FindAll(r => Helps(request with { Install = request.Install.RemoveAt(r) }));
        return droppable.Count > 0
            ? $"leave out {string.Join(" or ", droppable.Select(r => $"`{request.Install[r]}`"))}{add}"
            : LeaveOutSeveral() is { Count: > 0 } several ? $"leave out {string.Join(" and ", several.Select(r => $"`{r}`"))}" : null;
    }

    private List<PackageRequest> LeaveOutSeveral()
    {
        var several = new List<PackageRequest>();
        var kept = request with { Install = [] };
        foreach (var root in request.Install)
        {
            var more = kept with { Install = kept.Install.Add(root) };
            if (Helps(more))
            {
                kept = more;
            }
            else
            {
                several.Add(root);
            }
        }

        return kept.Install.IsEmpty && !Helps(kept) ? [] : several;
    }
}
