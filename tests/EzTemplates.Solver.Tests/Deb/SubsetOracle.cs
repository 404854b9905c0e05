using System.Numerics;
using EzTemplates.Domain;

namespace EzTemplates.Solver.Tests;

/// <summary>
/// Debian Policy 7 over bit sets, as plainly as can be: no candidate lists, no caches, every pair of packages looked at.
/// </summary>
internal sealed class SubsetOracle
{
    private readonly PackageUniverse _universe;
    private readonly int _count;
    private readonly uint _admitted;
    private readonly uint[][] _needs;
    private readonly uint[][] _wishes;
    private readonly uint[] _excludes;
    private readonly List<uint> _roots = [];

    public SubsetOracle(PackageUniverse universe, DebRequest request)
    {
        _universe = universe;
        _count = universe.PackageCount;
        Fixed = request.Fixed.Aggregate(0u, (set, p) => set | (1u << p.Value));
        for (var i = 0; i < _count; i++)
        {
            if (IsAdmitted(request, i) || (Fixed & (1u << i)) != 0)
            {
                _admitted |= 1u << i;
            }
        }

        _needs = [.. Enumerable.Range(0, _count).Select(i => (Fixed & (1u << i)) != 0 ? [] : Groups(i, true))];
        _wishes = [.. Enumerable.Range(0, _count).Select(i => (Fixed & (1u << i)) != 0 ? [] : Groups(i, false))];
        _excludes = [.. Enumerable.Range(0, _count).Select(Excluded)];
        _roots.AddRange(request.Install.Select(Root));
        if (request.IncludeEssential)
        {
            AddEssential(request);
        }
    }

    public uint Fixed { get; }

    /// <returns>How many packages the smallest valid set adds; -1 if there is none.</returns>
    public int Smallest()
    {
        var best = -1;
        for (var set = 0u; set < 1u << _count; set++)
        {
            if ((set & Fixed) == Fixed && IsValid(set))
            {
                var size = BitOperations.PopCount(set & ~Fixed);
                best = best < 0 ? size : Math.Min(best, size);
            }
        }

        return best;
    }

    public bool IsValid(uint set)
    {
        if ((set & ~_admitted) != 0 || _roots.Exists(root => (root & set) == 0))
        {
            return false;
        }

        for (var i = 0; i < _count; i++)
        {
            if ((set & (1u << i)) != 0 && ((_excludes[i] & set) != 0 || Array.Exists(_needs[i], need => (need & set) == 0)))
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>Whether some proper subset is valid too.</summary>
    public bool HasValidPart(uint set)
    {
        var free = set & ~Fixed;
        for (var part = (free - 1) & free; free != 0; part = (part - 1) & free)
        {
            if (IsValid(part | Fixed))
            {
                return true;
            }

            if (part == 0)
            {
                break;
            }
        }

        return false;
    }

    /// <summary>Whether no valid superset follows one more recommendation of a package that is in the set.</summary>
    public bool FollowsWhatItCan(uint set)
    {
        for (var i = 0; i < _count; i++)
        {
            foreach (var wish in (set & (1u << i)) != 0 ? _wishes[i].Where(w => w != 0 && (w & set) == 0) : [])
            {
                for (var larger = set; larger < 1u << _count; larger = (larger + 1) | set)
                {
                    if ((larger & wish) != 0 && IsValid(larger))
                    {
                        return false;
                    }
                }
            }
        }

        return true;
    }

    /// <summary>A name is essential if its best native candidate is: of the highest priority, what the lock has, else the newest; a name of the base is not asked for.</summary>
    private void AddEssential(DebRequest request)
    {
        for (var i = 0; i < _count; i++)
        {
            var same = Enumerable.Range(0, _count)
                .Where(j => _universe.Names[j] == _universe.Names[i] && Architecture(j) == "amd64" && Has(_admitted, j))
                .OrderByDescending(j => request.Pins.Any(pin => pin.Package == _universe.Text(_universe.Names[j]) && pin.Version == _universe.Text(_universe.Versions[j])) ? 1 : 500)
                .ThenByDescending(j => request.Preferred.Contains(new PackageId(j)))
                .ThenByDescending(j => _universe.Text(_universe.Versions[j]), StringComparer.Ordinal).ToList();
            if (same.Count > 0 && IsEssential(same[0]) && !same.Exists(j => Has(Fixed, j)))
            {
                _roots.Add(same.Where(IsEssential).Aggregate(0u, (set, j) => set | (1u << j)));
            }
        }
    }

    private bool IsEssential(int package) => (_universe.Flags[package] & PackageFlags.Essential) != 0;

    private bool IsAdmitted(DebRequest request, int package)
    {
        var (name, version) = (_universe.Text(_universe.Names[package]), _universe.Text(_universe.Versions[package]));
        return !request.Exclude.Contains(name)
            && !request.Holds.Any(hold => hold.Package == name && hold.VersionPattern != version)
            && !request.Pins.Any(pin => pin.Package == name && pin.Version == version && pin.Priority <= 0);
    }

    private uint Root(PackageRequest request)
    {
        var root = 0u;
        for (var i = 0; i < _count; i++)
        {
            root |= _universe.Text(_universe.Names[i]) == request.Name && Architecture(i) == (request.Architecture == "" ? "amd64" : request.Architecture)
                && request.Relation.Admits(request.Relation == VersionRelation.Any ? 0 : string.CompareOrdinal(_universe.Text(_universe.Versions[i]), request.Version))
                    ? 1u << i : 0;
        }

        return root;
    }

    private uint[] Groups(int owner, bool hard)
    {
        var groups = new List<uint>();
        foreach (var dependency in _universe.Dependencies(new PackageId(owner)))
        {
            if (hard ? dependency.Kind is DependencyKind.Depends or DependencyKind.PreDepends : dependency.Kind == DependencyKind.Recommends)
            {
                var group = 0u;
                foreach (var alternative in _universe.AlternativesOf(dependency))
                {
                    for (var i = 0; i < _count; i++)
                    {
                        group |= Serves(owner, i, alternative) && Speaks(i, alternative) ? 1u << i : 0;
                    }
                }

                groups.Add(group);
            }
        }

        return [.. groups];
    }

    private uint Excluded(int owner)
    {
        var excluded = 0u;
        for (var i = 0; i < _count; i++)
        {
            var sameName = _universe.Names[i] == _universe.Names[owner];
            var together = sameName && Architecture(i) != Architecture(owner)
                && (_universe.Flags[i] & _universe.Flags[owner] & PackageFlags.MultiArchSame) != 0 && _universe.Versions[i] == _universe.Versions[owner];
            if (i == owner || (sameName && together))
            {
                continue;
            }

            excluded |= sameName || Opposes(owner, i) ? 1u << i : 0;
        }

        return excluded;
    }

    private bool Opposes(int owner, int other)
    {
        foreach (var dependency in _universe.Dependencies(new PackageId(owner)))
        {
            if (dependency.Kind is not (DependencyKind.Conflicts or DependencyKind.Breaks))
            {
                continue;
            }

            foreach (var alternative in _universe.AlternativesOf(dependency))
            {
                var qualifier = _universe.Text(alternative.Architecture);
                if ((qualifier is "" or "any" || Architecture(other) == (qualifier == "native" ? "amd64" : qualifier)) && Speaks(other, alternative))
                {
                    return true;
                }
            }
        }

        return false;
    }

    private bool Serves(int owner, int package, DependencyAlternative alternative) => _universe.Text(alternative.Architecture) switch
    {
        "" => Architecture(package) == Architecture(owner) || (_universe.Flags[package] & PackageFlags.MultiArchForeign) != 0,
        "any" => (_universe.Flags[package] & PackageFlags.MultiArchAllowed) != 0,
        "native" => Architecture(package) == "amd64",
        var other => Architecture(package) == other,
    };

    private bool Speaks(int package, DependencyAlternative alternative)
    {
        bool Within(StringId version) =>
            alternative.Relation.Admits(string.CompareOrdinal(_universe.Text(version), _universe.Text(alternative.Version)));
        if (_universe.Names[package] == alternative.Name && (alternative.Relation == VersionRelation.Any || Within(_universe.Versions[package])))
        {
            return true;
        }

        foreach (var provided in _universe.Provides(new PackageId(package)))
        {
            if (provided.Name == alternative.Name
                && (alternative.Relation == VersionRelation.Any || (!provided.Version.IsEmpty && Within(provided.Version))))
            {
                return true;
            }
        }

        return false;
    }

    private string Architecture(int package) => _universe.Text(_universe.Architectures[package]) is var a && a == "all" ? "amd64" : a;

    private static bool Has(uint set, int package) => (set & (1u << package)) != 0;
}
