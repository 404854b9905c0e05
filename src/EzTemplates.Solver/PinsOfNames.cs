using System.Collections.Immutable;
using EzTemplates.Domain;

namespace EzTemplates.Solver;

/// <summary>The pins that name packages, by the names of a universe, in their order; a name's are looked for when it is first asked for.</summary>
internal sealed class PinsOfNames(ImmutableArray<PackagePin> pins, Func<StringId, string> text)
{
    private static readonly PackagePin[] None = [];
    private readonly PackagePin[] _pins = [.. pins.Where(pin => !pin.IsGeneral)];
    private readonly Dictionary<StringId, PackagePin[]> _known = [];

    public PackagePin[] Of(StringId name)
    {
        if (_pins.Length == 0)
        {
            return None;
        }

        if (!_known.TryGetValue(name, out var found))
        {
            var written = text(name);
            _known[name] = found = Array.FindAll(_pins, pin => VersionPattern.Matches(pin.Package, written));
        }

        return found;
    }
}
