using EzTemplates.Domain;

namespace EzTemplates.Solver;

/// <summary>
/// Which priority a package has, as APT's policy counts it (apt_preferences(5); apt-pkg/policy.cc): the first pin that names it, else
/// that of its source; of a phased update that is not this template's turn, 1.
/// </summary>
internal sealed class DebPriorities
{
    private const int NotYet = 1;
    private readonly PackageUniverse _universe;
    private readonly int[] _sources;
    private readonly PinsOfNames _named;
    private readonly HashSet<PackageId> _locked;
    private readonly int _turn;

    public DebPriorities(PackageUniverse universe, DebRequest request)
    {
        _universe = universe;
        _locked = [.. request.Locked, .. request.Preferred, .. request.Fixed];
        _named = new PinsOfNames(request.Pins, universe.Text);
        _sources = new int[universe.Sources.Count];
        for (var i = 0; i < _sources.Length; i++)
        {
            var pin = request.Pins.FirstOrDefault(p => p.IsGeneral && VersionPattern.Matches(p.Source, universe.Sources[i]));
            _sources[i] = pin?.Priority ?? (i < request.Sources.Length ? request.Sources[i] : SourcePolicy.Default).Priority;
        }

        _turn = request.PhasedBy.Length == 0 ? -1 : (int)(request.PhasedBy.Aggregate(2166136261u, (hash, c) => (hash ^ c) * 16777619u) % 100);
    }

    public int Of(PackageId package)
    {
        var priority = _named.Of(_universe.Names[package.Value]) is { Length: > 0 } pins && PinOf(package, pins) is { } pin
            ? pin.Priority
            : _sources[_universe.SourceNumbers[package.Value]];
        return priority > NotYet && _turn >= 0 && IsNotItsTurn(package) ? NotYet : priority;
    }

    private PackagePin? PinOf(PackageId package, PackagePin[] pins)
    {
        var version = _universe.Text(_universe.Versions[package.Value]);
        return Array.Find(pins, pin => (pin.Version.Length == 0 || VersionPattern.Matches(pin.Version, version))
            && (pin.Source.Length == 0 || IsFrom(package, pin.Source)));
    }

    /// <summary>Whether a source of the pattern has the package, in whatever source it was found.</summary>
    private bool IsFrom(PackageId package, string pattern)
    {
        foreach (var twin in _universe.Named(_universe.Names[package.Value]))
        {
            if (VersionPattern.Matches(pattern, _universe.Sources[_universe.SourceNumbers[twin.Value]])
                && (twin == package || IsSameArchive(twin, package)))
            {
                return true;
            }
        }

        return false;
    }

    private bool IsSameArchive(PackageId one, PackageId other) =>
        _universe.Versions[one.Value] == _universe.Versions[other.Value]
        && _universe.Architectures[one.Value] == _universe.Architectures[other.Value]
        && _universe.Sha256(one) == _universe.Sha256(other);

    /// <summary>What a lock has already stays: a template does not go back when an update turns out to be phased.</summary>
    private bool IsNotItsTurn(PackageId package) =>
        _universe.PhasingOf(package) is { } phasing && (_turn + phasing.Draw) % 100 >= phasing.Percentage && !_locked.Contains(package);
}
