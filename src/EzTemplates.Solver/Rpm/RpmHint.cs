using EzTemplates.Domain;

namespace EzTemplates.Solver;

/// <summary>Finds a change of an RPM request that makes it solvable: what <see cref="RequestHint"/> tries, and module streams.</summary>
internal sealed class RpmHint
{
    private readonly RpmUniverse _universe;
    private readonly RpmRequest _request;
    private readonly RpmEncoder _encoder;
    private readonly RequestHint _common;

    public RpmHint(RpmUniverse universe, RpmRequest request, RpmEncoder encoder, CancellationToken cancellation)
    {
        _universe = universe;
        _request = request;
        _encoder = encoder;
        _common = new RequestHint(request, changed => RpmSolver.IsSolvable(universe, (RpmRequest)changed, cancellation));
    }

    /// <param name="refused">Packages that the request keeps out and that would serve.</param>
    /// <param name="missing">What is needed and to be had nowhere.</param>
    public string? Find(List<RpmFact> core, List<PackageId> refused, List<string> missing) =>
        _common.Allow(refused.Select(p => _universe.Text(_universe.Names[p.Value])).Distinct())
        ?? _encoder.StreamsOf(refused.FindAll(_encoder.Policy.IsHiddenByModules)).Select(EnableStream).FirstOrDefault(hint => hint is not null)
        ?? (core.Exists(f => f.Kind == RpmFactKind.Base) ? _common.UpdateBase(_common.WithoutBase(AsRoot)) : null)
        ?? _common.LeaveOut(core.Where(f => f.Kind == RpmFactKind.Root).Select(f => _encoder.Roots[f.Index].Asked), missing);

    private string? EnableStream(string stream)
    {
        var (changed, hint) = RpmModules.Asking(_request, stream);
        return _common.Tried(hint, changed);
    }

    private PackageRequest AsRoot(PackageId package) => new(
        _universe.Text(_universe.Names[package.Value]),
        Architecture: _universe.Text(_universe.Architectures[package.Value]) is var architecture && architecture == "noarch" ? "" : architecture);
}
