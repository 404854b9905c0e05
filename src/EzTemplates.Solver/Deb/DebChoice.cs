using EzTemplates.Domain;

namespace EzTemplates.Solver;

/// <summary>What a request's policy says of single packages, without solving: the part that <c>apt-cache policy</c> shows.</summary>
public sealed class DebChoice
{
    private readonly PackageUniverse _universe;
    private readonly DebMatching _matching;
    private readonly DebPolicy _policy;

    public DebChoice(PackageUniverse universe, DebRequest request)
    {
        ArgumentNullException.ThrowIfNull(universe);
        ArgumentNullException.ThrowIfNull(request);
        _universe = universe;
        _matching = new DebMatching(universe, request.NativeArchitecture);
        _policy = new DebPolicy(universe, request, _matching);
    }

    /// <summary>What would be taken if the name alone were asked for, of the native architecture; null where nothing may be.</summary>
    public PackageId? Candidate(string name)
    {
        if (_universe.Find(name) is not { } id)
        {
            return null;
        }

        PackageId? best = null;
        foreach (var package in _universe.Named(id))
        {
            if (_matching.IsNative(package) && _policy.Admits(package) && (best is null || _policy.Compare(package, best.Value) < 0))
            {
                best = package;
            }
        }

        return best;
    }

    /// <summary>All packages of the name that the native architecture takes, whether they may be chosen or not.</summary>
    public IEnumerable<PackageId> Natives(string name) =>
        _universe.Find(name) is { } id ? _universe.Named(id).ToArray().Where(_matching.IsNative) : [];

    public int PriorityOf(PackageId package) => _policy.PriorityOf(package);

    /// <summary>Why the policy keeps the package out, as the end of a sentence that begins with it; null where it does not.</summary>
    public string? Refusal(PackageId package) =>
        _policy.IsFixed(package) ? null
        : _policy.IsExcluded(package) ? "is excluded by the recipe"
        : _policy.HeldBack(package) is { } hold ? $"is held back by the recipe at `{hold.VersionPattern}` ({hold.Reason})"
        : _policy.IsForbidden(package) ? $"has priority {_policy.PriorityOf(package)}"
        : null;

    /// <summary>
    /// The dependency of one of the packages, in words, that <paramref name="wanted"/> meets and <paramref name="other"/>, of the same
    /// name, and the other packages do not; null if there is none.
    /// </summary>
    public string? WhoInsists(IReadOnlyCollection<PackageId> packages, PackageId wanted, PackageId other)
    {
        ArgumentNullException.ThrowIfNull(packages);
        var words = new DebWords(_universe, _matching);
        foreach (var owner in packages)
        {
            foreach (var dependency in _universe.Dependencies(owner))
            {
                if (dependency.Kind is DependencyKind.Depends or DependencyKind.PreDepends && Meets(owner, wanted, dependency) && !Meets(owner, other, dependency)
                    && !packages.Any(third => third != wanted && Meets(owner, third, dependency)))
                {
                    return $"{words.Package(owner)} needs {words.Alternatives(dependency)}";
                }

                if (dependency.Kind is DependencyKind.Conflicts or DependencyKind.Breaks && Meets(owner, other, dependency) && !Meets(owner, wanted, dependency))
                {
                    return $"{words.Package(owner)} {(dependency.Kind == DependencyKind.Breaks ? "breaks" : "conflicts with")} {words.Alternatives(dependency)}";
                }
            }
        }

        return null;
    }

    private bool Meets(PackageId owner, PackageId package, PackageDependency dependency)
    {
        var isPositive = dependency.Kind is DependencyKind.Depends or DependencyKind.PreDepends;
        foreach (var alternative in _universe.AlternativesOf(dependency))
        {
            if ((isPositive ? _matching.Serves(package, alternative.Architecture, _matching.ArchitectureOf(owner)) : _matching.IsMeant(package, alternative.Architecture))
                && ((_universe.Names[package.Value] == alternative.Name && _matching.HasVersion(package, alternative.Relation, alternative.Version))
                    || _matching.Provides(package, alternative.Name, alternative.Relation, alternative.Version)))
            {
                return true;
            }
        }

        return false;
    }
}
