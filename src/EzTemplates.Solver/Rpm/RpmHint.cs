using EzTemplates.Domain;

namespace EzTemplates.Solver;

/// <summary>Finds a change of the request that makes it solvable, by trying.</summary>
internal static class RpmHint
{
    private const int MostTries = 24;

    public static string? Find(
        RpmUniverse universe, RpmRequest request, RpmEncoder encoder, List<RpmFact> core, List<PackageId> refused, CancellationToken cancellation)
    {
        var tries = 0;
        bool Helps(RpmRequest changed) => tries++ < MostTries && RpmSolver.IsSolvable(universe, changed, cancellation);
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

        foreach (var stream in encoder.StreamsOf(refused.FindAll(encoder.Policy.IsHiddenByModules)))
        {
            if (Helps(request with { Modules = request.Modules.Add(stream) }))
            {
                return $"enable `{stream}` under `modules`";
            }
        }

        if (core.Exists(f => f.Kind == RpmFactKind.Base) && Helps(Unbound(universe, request)))
        {
            return $"`ez update {request.BaseName.Split('@')[0]}` would allow it";
        }

        return LeaveOut(request, encoder, core, Helps);
    }

    /// <summary>The same request where the base may change: its names are roots instead of facts.</summary>
    private static RpmRequest Unbound(RpmUniverse universe, RpmRequest request) => request with
    {
        Fixed = [],
        Preferred = [],
        Install = [.. request.Install, .. request.Fixed.Select(p => new PackageRequest(
            universe.Text(universe.Names[p.Value]), Architecture: universe.Text(universe.Architectures[p.Value]) is var a && a == "noarch" ? "" : a))],
    };

    private static string? LeaveOut(RpmRequest request, RpmEncoder encoder, List<RpmFact> core, Func<RpmRequest, bool> helps)
    {
        if (request.Install.Length < 2)
        {
            return null;
        }

        var asked = core.Where(f => f.Kind == RpmFactKind.Root).Select(f => encoder.Roots[f.Index].Asked).Distinct().ToList();
        var droppable = asked.FindAll(a => helps(request with { Install = request.Install.Remove(a) }));
        return droppable.Count == 0 ? null : $"leave out {string.Join(" or ", droppable.Select(a => $"`{a}`"))}";
    }
}
