using EzTemplates.Domain;

namespace EzTemplates.Solver;

/// <summary>Finds a change of the request that makes it solvable, by trying.</summary>
internal static class DebHint
{
    public static string? Find(
        PackageUniverse universe, DebRequest request, List<DebFact> core, List<PackageId> refused, CancellationToken cancellation)
    {
        bool Helps(DebRequest changed) => DebSolver.IsSolvable(universe, changed, cancellation);
        foreach (var name in refused.Select(p => universe.Text(universe.Names[p.Value])).Distinct())
        {
            if (request.Exclude.Contains(name) && Helps(request with { Exclude = request.Exclude.Remove(name) }))
            {
                return $"remove `{name}` from `exclude`";
            }

            if (request.Holds.Any(h => h.Package == name) && Helps(request with { Holds = request.Holds.RemoveAll(h => h.Package == name) }))
            {
                return $"lift the hold on `{name}`";
            }
        }

        if (core.Exists(f => f.Kind == DebFactKind.Base) && Helps(Unbound(universe, request)))
        {
            return $"`ez update {request.BaseName.Split('@')[0]}` would allow it";
        }

        return LeaveOut(request, core, Helps);
    }

    /// <summary>The same request where the base may change: its names are roots instead of facts.</summary>
    private static DebRequest Unbound(PackageUniverse universe, DebRequest request) => request with
    {
        Fixed = [],
        Preferred = [],
        Install = [.. request.Install, .. request.Fixed.Select(p => new PackageRequest(
            universe.Text(universe.Names[p.Value]), Architecture: universe.Text(universe.Architectures[p.Value]) is var a && a == "all" ? "" : a))],
    };

    private static string? LeaveOut(DebRequest request, List<DebFact> core, Func<DebRequest, bool> helps)
    {
        var roots = core.Where(f => f.Kind == DebFactKind.Root).Select(f => f.Index).ToList();
        if (request.Install.Length < 2)
        {
            return null;
        }

        var droppable = roots.FindAll(r => helps(request with { Install = request.Install.RemoveAt(r) }));
        return droppable.Count == 0 ? null
            : $"leave out {string.Join(" or ", droppable.Select(r => $"`{request.Install[r]}`"))}";
    }
}
