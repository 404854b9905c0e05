using EzTemplates.Domain;

namespace EzTemplates.Solver;

/// <summary>
/// What a request's pins make of packages, on APT's scale: the first pin that names a package gives its rank, else the first that speaks
/// of its source as a whole, else <see cref="Default"/>. The priorities of repositories are dnf's, and decide among equal ranks only.
/// </summary>
public sealed class RpmPins
{
    /// <summary>APT's priority of what nobody speaks of.</summary>
    public const int Default = 500;

    private readonly RpmUniverse _universe;
    private readonly PinsOfNames _named;
    private readonly int[] _sources;

    public RpmPins(RpmUniverse universe, RpmRequest request)
    {
        ArgumentNullException.ThrowIfNull(universe);
        ArgumentNullException.ThrowIfNull(request);
        (_universe, HasAny) = (universe, !request.Pins.IsEmpty);
        _named = new PinsOfNames(request.Pins, universe.Text);
        _sources = [.. universe.Sources.Select(source => request.Pins.FirstOrDefault(pin => pin.IsGeneral && VersionPattern.Matches(pin.Source, source))?.Priority ?? Default)];
    }

    public bool HasAny { get; }

    /// <summary>The higher comes first; what is not above zero is forbidden.</summary>
    public int RankOf(PackageId package)
    {
        if (!HasAny)
        {
            return Default;
        }

        var named = Array.Find(_named.Of(_universe.Names[package.Value]), pin => Speaks(pin, package));
        return named?.Priority ?? _sources[_universe.SourceNumbers[package.Value]];
    }

    private bool Speaks(PackagePin pin, PackageId package) =>
        (pin.Version.Length == 0 || VersionPattern.Matches(pin.Version, _universe.Text(_universe.Versions[package.Value])))
        && (pin.Source.Length == 0 || IsFrom(package, pin.Source));

    /// <summary>Whether a source of the pattern has the package file, in whatever source it was found.</summary>
    private bool IsFrom(PackageId package, string pattern)
    {
        var (first, count) = _universe.Named(_universe.Names[package.Value]);
        for (var i = first; i < first + count; i++)
        {
            if (VersionPattern.Matches(pattern, _universe.Sources[_universe.SourceNumbers[i]])
                && (i == package.Value || _universe.Digest(new PackageId(i)) == _universe.Digest(package)))
            {
                return true;
            }
        }

        return false;
    }
}
