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
    private readonly PackagePin[] _pins;
    private readonly Dictionary<StringId, List<PackagePin>> _named = [];
    private readonly HashSet<PackageId> _locked;
    private readonly int _turn;

    public DebPriorities(PackageUniverse universe, DebRequest request)
    {
        _universe = universe;
        _locked = [.. request.Locked, .. request.Preferred, .. request.Fixed];
        _pins = [.. request.Pins.Where(p => !p.IsGeneral)];
        _sources = new int[universe.Sources.Count];
        for (var i = 0; i < _sources.Length; i++)
        {
            var pin = request.Pins.FirstOrDefault(p => p.IsGeneral && VersionPattern.Matches(p.Source, universe.Sources[i]));
            _sources[i] = pin?.Priority ?? (i < request.Sources.Length ? request.Sources[i] : SourcePolicy.Default).Priority;
        }

        _turn = request.PhasedBy.Length == 0 ? -1 : (int)(request.PhasedBy.Aggregate(2166136261u, (hash, c) => (hash ^ c) * 16777619u) % 100);
        FindNamed();
    }

    public int Of(PackageId package)
    {
        var priority = _named.Count > 0 && _named.TryGetValue(_universe.Names[package.Value], out var pins) && PinOf(package, pins) is { } pin
            ? pin.Priority
            : _sources[_universe.SourceNumbers[package.Value]];
        return priority > NotYet && _turn >= 0 && IsNotItsTurn(package) ? NotYet : priority;
    }

    /// <summary>Pins by the names that they speak of, in their order.</summary>
    private void FindNamed()
    {
        if (_pins.Length == 0)
        {
            return;
        }

        var names = _universe.Names;
        for (var i = 0; i < names.Length; i++)
        {
            if (i > 0 && names[i] == names[i - 1])
            {
                continue;
            }

            var name = _universe.Text(names[i]);
            foreach (var pin in _pins)
            {
                if (VersionPattern.Matches(pin.Package, name))
                {
                    _ = _named.TryAdd(names[i], []);
                    _named[names[i]].Add(pin);
                }
            }
        }
    }

    private PackagePin? PinOf(PackageId package, List<PackagePin> pins)
    {
        var version = _universe.Text(_universe.Versions[package.Value]);
        return pins.Find(pin => (pin.Version.Length == 0 || VersionPattern.Matches(pin.Version, version))
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
