using EzTemplates.Domain;

namespace EzTemplates.Solver;

/// <summary>
/// Debian's policy, in one place: which packages may be chosen at all, and in which order candidates come.
/// </summary>
internal sealed class DebPolicy : IComparer<PackageId>
{
    private readonly PackageUniverse _universe;
    private readonly DebMatching _matching;
    private readonly DebPriorities _priorities;
    private readonly HashSet<PackageId> _preferred;
    private readonly HashSet<PackageId> _fixed;
    private readonly HashSet<StringId> _excluded = [];
    private readonly HeldNames _held;
    private readonly Dictionary<StringId, PackageId> _bestOfName = [];
    private readonly bool _hasTwins;

    public DebPolicy(PackageUniverse universe, DebRequest request, DebMatching matching)
    {
        _universe = universe;
        _matching = matching;
        _priorities = new DebPriorities(universe, request);
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

        _held = new HeldNames(request.Holds, universe.Find);
    }

    public bool IsFixed(PackageId package) => _fixed.Contains(package);

    public bool IsExcluded(PackageId package) => _excluded.Count > 0 && _excluded.Contains(_universe.Names[package.Value]);

    /// <summary>The hold that keeps the package out, or null.</summary>
    public PackageHold? HeldBack(PackageId package) => _held.Against(_universe.Names[package.Value], _universe.Versions[package.Value], _universe.Text);

    public int PriorityOf(PackageId package) => _priorities.Of(package);

    /// <summary>Whether its priority forbids it.</summary>
    public bool IsForbidden(PackageId package) => _priorities.Of(package) <= 0;

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
    /// Negative if <paramref name="x"/> is the better candidate. Priority, then what the lock has. Of different names, all providers of
    /// what is wanted: Debian's Priority field, native before foreign, smaller when installed, then the order of names. Of one name:
    /// native before foreign, newest, first source. A name is judged by its best package, so that all of its packages stand together:
    /// judged each by itself, <c>a 2</c>, <c>a 1</c> and <c>b</c> could each be better than the next.
    /// </summary>
    public int Compare(PackageId x, PackageId y)
    {
        var order = _priorities.Of(y).CompareTo(_priorities.Of(x));
        order = order != 0 ? order : _preferred.Contains(y).CompareTo(_preferred.Contains(x));
        return order != 0 ? order
            : _universe.Names[x.Value] == _universe.Names[y.Value] ? CompareOfOneName(x, y)
            : CompareNames(x, y);
    }

    private int CompareNames(PackageId x, PackageId y)
    {
        var (bestX, bestY) = (BestOfName(x), BestOfName(y));
        var order = Rank(bestY).CompareTo(Rank(bestX));
        order = order != 0 ? order : _matching.IsNative(y).CompareTo(_matching.IsNative(x));
        order = order != 0 ? order : _universe.InstalledSizes[bestX.Value].CompareTo(_universe.InstalledSizes[bestY.Value]);

        // Packages are in the order of their names.
        return order != 0 ? order : x.CompareTo(y);
    }

    private int CompareOfOneName(PackageId x, PackageId y)
    {
        var order = _matching.IsNative(y).CompareTo(_matching.IsNative(x));
        order = order != 0 ? order : DebVersionOrder.Compare(
            _universe.Bytes(_universe.Versions[y.Value]), _universe.Bytes(_universe.Versions[x.Value]));
        order = order != 0 ? order : _universe.SourceNumbers[x.Value].CompareTo(_universe.SourceNumbers[y.Value]);
        return order != 0 ? order : x.CompareTo(y);
    }

    /// <summary>The package by which a name is judged: the best that may be chosen, or the best at all where none may.</summary>
    private PackageId BestOfName(PackageId package)
    {
        var name = _universe.Names[package.Value];
        if (_bestOfName.TryGetValue(name, out var known))
        {
            return known;
        }

        var (best, isAdmitted) = (package, Admits(package));
        foreach (var other in _universe.Named(name))
        {
            var better = Admits(other).CompareTo(isAdmitted);
            if (better > 0 || (better == 0 && Compare(other, best) < 0))
            {
                (best, isAdmitted) = (other, Admits(other));
            }
        }

        return _bestOfName[name] = best;
    }

    private int Rank(PackageId package)
    {
        var flags = _universe.Flags[package.Value];
        return (flags & PackageFlags.PriorityRequired) != 0 ? 3
            : (flags & PackageFlags.PriorityImportant) != 0 ? 2
            : (flags & PackageFlags.PriorityStandard) != 0 ? 1 : 0;
    }

    /// <summary>
    /// The same archive in another source that comes first: one of them is enough. The lock's own row stays, lest the lock change
    /// where no bit does.
    /// </summary>
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
        order = order != 0 ? order : _priorities.Of(other).CompareTo(_priorities.Of(one));
        order = order != 0 ? order : _preferred.Contains(other).CompareTo(_preferred.Contains(one));
        order = order != 0 ? order : _universe.SourceNumbers[one.Value].CompareTo(_universe.SourceNumbers[other.Value]);
        return (order != 0 ? order : one.CompareTo(other)) < 0;
    }
}
