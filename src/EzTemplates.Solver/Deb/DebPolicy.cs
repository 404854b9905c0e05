using EzTemplates.Domain;

namespace EzTemplates.Solver;

/// <summary>
/// Debian's policy, in one place: which packages may be chosen at all, and in which order candidates come.
/// </summary>
internal sealed class DebPolicy : IComparer<PackageId>
{
    private readonly PackageUniverse _universe;
    private readonly DebRequest _request;
    private readonly DebMatching _matching;
    private readonly HashSet<PackageId> _preferred;
    private readonly HashSet<PackageId> _fixed;
    private readonly HashSet<StringId> _excluded = [];
    private readonly Dictionary<StringId, PackageHold> _held = [];
    private readonly bool _hasTwins;

    public DebPolicy(PackageUniverse universe, DebRequest request, DebMatching matching)
    {
        _universe = universe;
        _request = request;
        _matching = matching;
        _preferred = [.. request.Preferred];
        _fixed = [.. request.Fixed];
        _hasTwins = universe.Sources.Count > 1;
        foreach (var name in request.Exclude)
        {
            if (universe.Find(name) is { } id)
            {
                _ = _excluded.Add(id);
            }
        }

        foreach (var hold in request.Holds)
        {
            if (universe.Find(hold.Package) is { } id)
            {
                _held[id] = hold;
            }
        }
    }

    public bool IsFixed(PackageId package) => _fixed.Contains(package);

    public bool IsExcluded(PackageId package) => _excluded.Count > 0 && _excluded.Contains(_universe.Names[package.Value]);

    /// <summary>The hold that keeps the package out, or null.</summary>
    public PackageHold? HeldBack(PackageId package) =>
        _held.Count > 0 && _held.TryGetValue(_universe.Names[package.Value], out var hold)
            && !VersionPattern.Matches(hold.VersionPattern, _universe.Text(_universe.Versions[package.Value]))
            ? hold : null;

    public bool IsForbidden(PackageId package) => PriorityOf(package) < 0;

    /// <summary>Whether the package may be chosen; what is fixed always may.</summary>
    public bool Admits(PackageId package)
    {
        if (_fixed.Count > 0 && _fixed.Contains(package))
        {
            return true;
        }

        return !IsExcluded(package) && HeldBack(package) is null && !IsForbidden(package) && !(_hasTwins && HasBetterTwin(package));
    }

    /// <summary>
    /// Negative if <paramref name="x"/> is the better candidate. Priority, then what the lock has. Of one name: native before foreign,
    /// newest, first source. Of different names, all providers of what is wanted: Debian's Priority field, native before foreign,
    /// smaller when installed, then the order of names.
    /// </summary>
    public int Compare(PackageId x, PackageId y)
    {
        var order = PriorityOf(y).CompareTo(PriorityOf(x));
        order = order != 0 ? order : _preferred.Contains(y).CompareTo(_preferred.Contains(x));
        if (order != 0)
        {
            return order;
        }

        var names = _universe.Names;
        if (names[x.Value] != names[y.Value])
        {
            order = Rank(y).CompareTo(Rank(x));
            order = order != 0 ? order : _matching.IsNative(y).CompareTo(_matching.IsNative(x));
            order = order != 0 ? order : _universe.InstalledSizes[x.Value].CompareTo(_universe.InstalledSizes[y.Value]);
            return order != 0 ? order : x.CompareTo(y);
        }

        order = _matching.IsNative(y).CompareTo(_matching.IsNative(x));
        order = order != 0 ? order : DebVersionOrder.Compare(
            _universe.Bytes(_universe.Versions[y.Value]), _universe.Bytes(_universe.Versions[x.Value]));
        order = order != 0 ? order : _universe.SourceNumbers[x.Value].CompareTo(_universe.SourceNumbers[y.Value]);
        return order != 0 ? order : x.CompareTo(y);
    }

    private int PriorityOf(PackageId package)
    {
        var source = _universe.SourceNumbers[package.Value];
        return source < _request.Sources.Length ? _request.Sources[source].Priority : SourcePolicy.Default.Priority;
    }

    private int Rank(PackageId package)
    {
        var flags = _universe.Flags[package.Value];
        return (flags & PackageFlags.PriorityRequired) != 0 ? 3
            : (flags & PackageFlags.PriorityImportant) != 0 ? 2
            : (flags & PackageFlags.PriorityStandard) != 0 ? 1 : 0;
    }

    /// <summary>The same archive in another source that comes first: one of them is enough.</summary>
    private bool HasBetterTwin(PackageId package)
    {
        var versions = _universe.Versions;
        var architectures = _universe.Architectures;
        foreach (var other in _universe.Named(_universe.Names[package.Value]))
        {
            if (other != package && versions[other.Value] == versions[package.Value] && architectures[other.Value] == architectures[package.Value]
                && _universe.Sha256(other) == _universe.Sha256(package) && IsBetterTwin(other, package))
            {
                return true;
            }
        }

        return false;
    }

    private bool IsBetterTwin(PackageId one, PackageId other)
    {
        var order = IsFixed(other).CompareTo(IsFixed(one));
        order = order != 0 ? order : PriorityOf(other).CompareTo(PriorityOf(one));
        order = order != 0 ? order : _universe.SourceNumbers[one.Value].CompareTo(_universe.SourceNumbers[other.Value]);
        return (order != 0 ? order : one.CompareTo(other)) < 0;
    }
}
