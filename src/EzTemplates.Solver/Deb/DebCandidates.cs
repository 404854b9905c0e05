using System.Runtime.InteropServices;
using System.Text;
using EzTemplates.Domain;

namespace EzTemplates.Solver;

/// <summary>Finds the packages that a relation speaks of, best first. One result at a time, in <see cref="Found"/>.</summary>
internal sealed class DebCandidates
{
    private readonly PackageUniverse _universe;
    private readonly DebMatching _matching;
    private readonly DebPolicy _policy;
    private readonly int[] _stamps;
    private int _stamp;

    public DebCandidates(PackageUniverse universe, DebMatching matching, DebPolicy policy)
    {
        _universe = universe;
        _matching = matching;
        _policy = policy;
        _stamps = new int[universe.PackageCount];
    }

    /// <summary>What the last call found, none twice. Valid until the next.</summary>
    public List<PackageId> Found { get; } = [];

    /// <summary>Candidates of a dependency: alternatives in the author's order; for each the package of that name, then providers.</summary>
    /// <returns>False if the owner itself satisfies it.</returns>
    public bool Collect(PackageId owner, PackageDependency dependency)
    {
        Begin();
        var architecture = _matching.ArchitectureOf(owner);
        foreach (var alternative in _universe.AlternativesOf(dependency))
        {
            AddServing(alternative, architecture, true);
        }

        return _stamps[owner.Value] != _stamp;
    }

    /// <summary>As <see cref="Collect(PackageId, PackageDependency)"/>, but with what policy does not admit: for explanations.</summary>
    public void CollectAll(PackageId owner, PackageDependency dependency)
    {
        Begin();
        foreach (var alternative in _universe.AlternativesOf(dependency))
        {
            AddServing(alternative, _matching.ArchitectureOf(owner), false);
        }
    }

    /// <summary>Candidates of a recipe's package: by name, or by what is provided where no package has the name.</summary>
    public void Collect(PackageRequest request) => Collect(request, true);

    public void Collect(PackageRequest request, bool admittedOnly)
    {
        Begin();
        if (_universe.Find(request.Name) is not { } name)
        {
            return;
        }

        var version = Encoding.UTF8.GetBytes(request.Version);
        foreach (var package in _universe.Named(name))
        {
            if (IsOf(request.Architecture, package)
                && request.Relation.Admits(Order(_universe.Versions[package.Value], request.Relation, version)))
            {
                Add(package, admittedOnly);
            }
        }

        foreach (var package in _universe.Named(name).IsEmpty ? _universe.Providers(name) : [])
        {
            foreach (var provided in _universe.Provides(package))
            {
                if (provided.Name == name && IsOf(request.Architecture, package)
                    && (request.Relation == VersionRelation.Any || !provided.Version.IsEmpty)
                    && request.Relation.Admits(Order(provided.Version, request.Relation, version)))
                {
                    Add(package, admittedOnly);
                }
            }
        }

        Found.Sort(_policy);
    }

    public void CollectItself(PackageId package)
    {
        Begin();
        Add(package, false);
    }

    /// <summary>What Conflicts or Breaks speak of: never a package of the owner's own name.</summary>
    public void CollectMeant(PackageId owner, PackageDependency dependency)
    {
        Begin();
        foreach (var alternative in _universe.AlternativesOf(dependency))
        {
            AddMeant(alternative, _universe.Names[owner.Value]);
        }
    }

    /// <summary>As <see cref="CollectMeant(PackageId, PackageDependency)"/>, whoever the owner is.</summary>
    public void CollectMeant(DependencyAlternative alternative)
    {
        Begin();
        AddMeant(alternative, null);
    }

    private void AddMeant(DependencyAlternative alternative, StringId? own)
    {
        foreach (var package in alternative.Name == own ? [] : _universe.Named(alternative.Name))
        {
            if (_matching.IsMeant(package, alternative.Architecture)
                && _matching.GoesAs(package, alternative))
            {
                Add(package, true);
            }
        }

        foreach (var package in _universe.Providers(alternative.Name))
        {
            if (_universe.Names[package.Value] != own && _matching.IsMeant(package, alternative.Architecture)
                && _matching.Provides(package, alternative.Name, alternative.Relation, alternative.Version))
            {
                Add(package, true);
            }
        }
    }

    /// <summary>
    /// For each name whose best native candidate is essential, that candidate; names in order. A name of the base has no part.
    /// </summary>
    public List<PackageId> EssentialNames()
    {
        var best = new List<PackageId>();
        var flags = _universe.Flags;
        var names = _universe.Names;
        for (var i = 0; i < flags.Length; i++)
        {
            var package = new PackageId(i);
            if ((flags[i] & PackageFlags.Essential) != 0 && (best.Count == 0 || names[best[^1].Value] != names[i]))
            {
                CollectNative(names[i]);
                if (Found.Count > 0 && (flags[Found[0].Value] & PackageFlags.Essential) != 0 && !Found.Exists(_policy.IsFixed))
                {
                    best.Add(Found[0]);
                }
            }
        }

        return best;
    }

    public void CollectEssential(PackageId best)
    {
        CollectNative(_universe.Names[best.Value]);
        _ = Found.RemoveAll(p => (_universe.Flags[p.Value] & PackageFlags.Essential) == 0);
    }

    private void CollectNative(StringId name)
    {
        Begin();
        foreach (var package in _universe.Named(name))
        {
            if (_matching.IsNative(package))
            {
                Add(package, true);
            }
        }

        Found.Sort(_policy);
    }

    private void Begin()
    {
        _stamp++;
        Found.Clear();
    }

    private void AddServing(DependencyAlternative alternative, StringId owner, bool admittedOnly)
    {
        var start = Found.Count;
        foreach (var package in _universe.Named(alternative.Name))
        {
            if (_matching.Serves(package, alternative.Architecture, owner)
                && _matching.GoesAs(package, alternative))
            {
                Add(package, admittedOnly);
            }
        }

        Sort(start);
        start = Found.Count;
        foreach (var package in _universe.Providers(alternative.Name))
        {
            if (_matching.Serves(package, alternative.Architecture, owner)
                && _matching.Provides(package, alternative.Name, alternative.Relation, alternative.Version))
            {
                Add(package, admittedOnly);
            }
        }

        Sort(start);
    }

    private void Add(PackageId package, bool admittedOnly)
    {
        if (_stamps[package.Value] != _stamp && (!admittedOnly || _policy.Admits(package)))
        {
            _stamps[package.Value] = _stamp;
            Found.Add(package);
        }
    }

    private void Sort(int start)
    {
        if (Found.Count - start > 1)
        {
            CollectionsMarshal.AsSpan(Found)[start..].Sort(_policy);
        }
    }

    private int Order(StringId own, VersionRelation relation, ReadOnlySpan<byte> version) =>
        relation == VersionRelation.Any ? 0 : DebVersionOrder.Compare(_universe.Bytes(own), version);

    private bool IsOf(string architecture, PackageId package) => architecture switch
    {
        "" or "native" => _matching.IsNative(package),
        "any" => true,
        _ => _universe.Text(_matching.ArchitectureOf(package)) == architecture,
    };
}
