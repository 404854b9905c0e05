using EzTemplates.Domain;

namespace EzTemplates.Solver;

/// <summary>
/// RPM's policy, in one place: which packages may be chosen at all, and in which order candidates come.
/// </summary>
internal sealed class RpmPolicy : IComparer<PackageId>
{
    private const int Foreign = int.MaxValue;
    private const byte Unknown = 0;
    private const byte Admitted = 1;
    private const byte Refused = 2;
    private readonly RpmUniverse _universe;
    private readonly RpmRequest _request;
    private readonly RpmMatching _matching;
    private readonly RpmModules _modules;
    private readonly RpmPins _pins;
    private readonly HashSet<PackageId> _preferred;
    private readonly HashSet<PackageId> _fixed;
    private readonly HashSet<PackageId> _installed;
    private readonly HashSet<StringId> _excluded;
    private readonly HeldNames _held;
    private readonly Dictionary<(StringId Name, int Rank), int> _bestPriority = [];
    private readonly Dictionary<StringId, int> _architectures = [];
    private readonly Dictionary<StringId, PackageId> _bestOfName = [];
    private readonly ILookup<StringId, PackageRequest> _askedExactly;
    private readonly byte[] _admitted;
    private readonly Dictionary<StringId, (int Wide, int Narrow)> _bestRanks = [];
    private readonly bool _hasPriorities;

    public RpmPolicy(RpmUniverse universe, RpmRequest request, RpmMatching matching)
    {
        _universe = universe;
        _request = request;
        _matching = matching;
        _admitted = new byte[universe.PackageCount];
        _modules = new RpmModules(universe, request);
        _pins = new RpmPins(universe, request);
        _fixed = [.. request.Fixed];
        _installed = [.. request.Installed];
        _preferred = RpmUpdates.Kept(universe, request, matching);
        _askedExactly = request.Install.Where(r => r.Relation == VersionRelation.Equal).ToLookup(r => universe.Find(r.Name) ?? StringId.Empty);
        _excluded = [.. request.Exclude.Select(universe.Find).OfType<StringId>()];
        var asked = request.Install.Select(r => r.Name).ToHashSet(StringComparer.Ordinal);
        foreach (var gone in request.Remove.Where(r => !asked.Contains(r.Name)))
        {
            if (universe.Find(gone.Name) is { } id && request.Installed.Any(p => universe.Names[p.Value] == id && matching.HasVersion(p, gone.Relation, gone.Version)))
            {
                _ = _excluded.Add(id);
            }
        }

        _hasPriorities = request.Sources.Select(s => s.Priority).Append(RpmSourcePolicy.Default.Priority).Distinct().Skip(1).Any();
        _held = new HeldNames(request.Holds, universe.Find);

        for (var i = 0; i < request.Architectures.Length; i++)
        {
            if (universe.Find(request.Architectures[i]) is { } id)
            {
                _ = _architectures.TryAdd(id, i);
            }
        }

        if (universe.Find("noarch") is { } noarch)
        {
            _architectures[noarch] = 0;
        }
    }

    public bool IsFixed(PackageId package) => _fixed.Count > 0 && _fixed.Contains(package);

    public bool IsInstalled(PackageId package) => _installed.Count > 0 && _installed.Contains(package);

    /// <summary>Whether the recipe does not want the name; one that it takes away does not come back in another version either.</summary>
    public bool IsExcluded(PackageId package) => _excluded.Count > 0 && _excluded.Contains(_universe.Names[package.Value]);

    /// <summary>The hold that keeps the package out, or null.</summary>
    public PackageHold? HeldBack(PackageId package) => _held.Against(_universe.Names[package.Value], _universe.Versions[package.Value], _universe.Text);

    public bool HasPins => _pins.HasAny;

    public int PinRankOf(PackageId package) => _pins.RankOf(package);

    public bool IsForbidden(PackageId package) => PriorityOf(package) < 0 || IsForbiddenByPin(package);

    public bool IsForbiddenByPin(PackageId package) => _pins.RankOf(package) <= 0;

    public bool IsOfOtherArchitecture(PackageId package) => ArchitectureRank(package) == Foreign;

    public bool IsHiddenByModules(PackageId package) => _modules.Hides(package);

    /// <summary>
    /// Whether the name is to be had in a better architecture with which this one does not go together (libsolv's rule of inferior
    /// architectures): it would be a downgrade of the whole name.
    /// </summary>
    public bool IsInferior(PackageId package)
    {
        var rank = ArchitectureRank(package);
        if (rank == 0)
        {
            return false;
        }

        var name = _universe.Names[package.Value];
        if (!_bestRanks.TryGetValue(name, out var best))
        {
            best = (Foreign, Foreign);
            foreach (var other in Named(name))
            {
                if (!_matching.IsNoarch(other) && !IsForbidden(other) && !IsHiddenByModules(other))
                {
                    best = IsWide(other) ? (Math.Min(best.Wide, ArchitectureRank(other)), best.Narrow)
                        : (best.Wide, Math.Min(best.Narrow, ArchitectureRank(other)));
                }
            }

            _bestRanks[name] = best;
        }

        return rank > (!_request.Multilib ? Math.Min(best.Wide, best.Narrow) : IsWide(package) ? best.Wide : best.Narrow);
    }

    /// <summary>
    /// Whether a repository that comes first has the name, in a package that no pin puts below this one. A version that is asked for
    /// outright is never hidden.
    /// </summary>
    public bool IsHiddenByPriority(PackageId package)
    {
        if (!_hasPriorities)
        {
            return false;
        }

        var name = _universe.Names[package.Value];
        var (mine, rank) = (PriorityOf(package), _pins.RankOf(package));
        return PriorityAbove(name, rank) < mine && !_askedExactly[name].Any(r => _matching.HasVersion(package, r.Relation, r.Version));
    }

    /// <summary>The first of the priorities at which the name is to be had in packages of a rank, or of a higher one.</summary>
    private int PriorityAbove(StringId name, int rank)
    {
        if (!_bestPriority.TryGetValue((name, rank), out var best))
        {
            best = int.MaxValue;
            foreach (var other in Named(name))
            {
                best = !IsOfOtherArchitecture(other) && !IsForbidden(other) && !IsHiddenByModules(other) && _pins.RankOf(other) >= rank
                    ? Math.Min(best, PriorityOf(other)) : best;
            }

            _bestPriority[(name, rank)] = best;
        }

        return best;
    }

    /// <summary>Whether the package may be chosen; what is fixed or installed always may.</summary>
    public bool Admits(PackageId package)
    {
        ref var known = ref _admitted[package.Value];
        known = known != Unknown ? known : IsAdmissible(package) ? Admitted : Refused;
        return known == Admitted;
    }

    private bool IsAdmissible(PackageId package) =>
        IsFixed(package) || IsInstalled(package)
        || (!IsOfOtherArchitecture(package) && !IsInferior(package) && !IsExcluded(package) && HeldBack(package) is null && !IsForbidden(package)
            && !IsHiddenByModules(package) && !IsHiddenByPriority(package) && !HasBetterTwin(package));

    /// <summary>
    /// Negative if <paramref name="x"/> is the better candidate. By pins, then what the lock has, then the better architecture; of one
    /// name the newest, then the first source. Of different names, all providers of what is wanted: the order of names.
    /// A name is judged by its best package, so that all of its packages stand together.
    /// </summary>
    public int Compare(PackageId x, PackageId y)
    {
        if (_universe.Names[x.Value] != _universe.Names[y.Value])
        {
            return CompareNames(x, y);
        }

        var order = _pins.RankOf(y).CompareTo(_pins.RankOf(x));
        order = order != 0 ? order : _preferred.Contains(y).CompareTo(_preferred.Contains(x));
        order = order != 0 ? order : ArchitectureRank(x).CompareTo(ArchitectureRank(y));
        order = order != 0 ? order : _matching.CompareVersions(y, x);
        order = order != 0 ? order : _universe.SourceNumbers[x.Value].CompareTo(_universe.SourceNumbers[y.Value]);
        return order != 0 ? order : x.CompareTo(y);
    }

    /// <summary>0 for the best architecture and for noarch; a package of none that is asked for has no place at all.</summary>
    public int ArchitectureRank(PackageId package) => _architectures.GetValueOrDefault(_universe.Architectures[package.Value], Foreign);

    public bool IsPreferred(PackageId package) => _preferred.Contains(package);

    public IEnumerable<PackageId> Named(StringId name)
    {
        var (first, count) = _universe.Named(name);
        for (var i = first; i < first + count; i++)
        {
            yield return new PackageId(i);
        }
    }

    private bool IsWide(PackageId package) => ArchitectureColour.IsWide(_universe.Bytes(_universe.Architectures[package.Value]));

    private int CompareNames(PackageId x, PackageId y)
    {
        var (bestX, bestY) = (BestOfName(x), BestOfName(y));
        var order = _pins.RankOf(bestY).CompareTo(_pins.RankOf(bestX));
        order = order != 0 ? order : (_preferred.Contains(bestY) || IsInstalled(bestY)).CompareTo(_preferred.Contains(bestX) || IsInstalled(bestX));
        order = order != 0 ? order : ArchitectureRank(bestX).CompareTo(ArchitectureRank(bestY));

        // Packages are in the order of their names.
        return order != 0 ? order : x.CompareTo(y);
    }

    /// <summary>The package by which a name is judged: the best that may be chosen, or the best at all where none may.</summary>
    public PackageId BestOfName(PackageId package)
    {
        var name = _universe.Names[package.Value];
        if (_bestOfName.TryGetValue(name, out var known))
        {
            return known;
        }

        var (best, isAdmitted) = (package, Admits(package));
        foreach (var other in Named(name))
        {
            var better = Admits(other).CompareTo(isAdmitted);
            if (better > 0 || (better == 0 && Compare(other, best) < 0))
            {
                (best, isAdmitted) = (other, Admits(other));
            }
        }

        return _bestOfName[name] = best;
    }

    private int PriorityOf(PackageId package)
    {
        var source = _universe.SourceNumbers[package.Value];
        return source < _request.Sources.Length ? _request.Sources[source].Priority : RpmSourcePolicy.Default.Priority;
    }

    /// <summary>The same name, version and architecture in another source that comes first: one of them is enough.</summary>
    private bool HasBetterTwin(PackageId package)
    {
        // Twins stand side by side.
        return IsBetterTwin(new PackageId(package.Value - 1), package) || IsBetterTwin(new PackageId(package.Value + 1), package);
    }

    private bool IsBetterTwin(PackageId other, PackageId package)
    {
        if (other.Value < 0 || other.Value >= _universe.PackageCount
            || _universe.Names[other.Value] != _universe.Names[package.Value]
            || _universe.Versions[other.Value] != _universe.Versions[package.Value]
            || _universe.Architectures[other.Value] != _universe.Architectures[package.Value]
            || IsForbidden(other) || IsHiddenByModules(other))
        {
            return false;
        }

        var order = IsFixed(package).CompareTo(IsFixed(other));
        order = order != 0 ? order : _pins.RankOf(package).CompareTo(_pins.RankOf(other));
        order = order != 0 ? order : PriorityOf(other).CompareTo(PriorityOf(package));
        order = order != 0 ? order : _preferred.Contains(package).CompareTo(_preferred.Contains(other));
        return (order != 0 ? order : other.CompareTo(package)) < 0;
    }
}
