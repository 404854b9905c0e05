using EzTemplates.Domain;

namespace EzTemplates.Solver;

/// <summary>Finds a change of a Debian request that makes it solvable: what <see cref="RequestHint"/> tries, the base within its own sources.</summary>
internal sealed class DebHint
{
    private readonly PackageUniverse _universe;
    private readonly DebRequest _request;
    private readonly RequestHint _common;

    public DebHint(PackageUniverse universe, DebRequest request, CancellationToken cancellation)
    {
        _universe = universe;
        _request = request;
        _common = new RequestHint(request, changed => DebSolver.IsSolvable(universe, (DebRequest)changed, cancellation));
    }

    /// <param name="refused">Packages that the request keeps out and that would serve.</param>
    /// <param name="missing">What is needed and to be had nowhere.</param>
    public string? Find(List<DebFact> core, List<PackageId> refused, List<string> missing) =>
        _common.Allow(refused.Select(p => _universe.Text(_universe.Names[p.Value])).Distinct())
        ?? (_request.BaseFollows && core.Exists(f => f.Kind == DebFactKind.Base) ? _common.UpdateBase(Unbound()) : null)
        ?? _common.LeaveOut(core.Where(f => f.Kind == DebFactKind.Root).Select(f => _request.Install[f.Index]), missing);

    /// <summary>The same request where the base may change, within the base's own sources.</summary>
    private DebRequest Unbound() => (DebRequest)_common.WithoutBase(AsRoot) with
    {
        Pins =
        [
            .. _request.Fixed.Select(p => _universe.Text(_universe.Names[p.Value])).Distinct()
                .SelectMany(name => _request.OwnSources.Select(source => new PackagePin(name, "", source, -1))),
            .. _request.Pins,
        ],
    };

    private PackageRequest AsRoot(PackageId package) => new(
        _universe.Text(_universe.Names[package.Value]),
        Architecture: _universe.Text(_universe.Architectures[package.Value]) is var architecture && architecture == "all" ? "" : architecture);
}
