using EzTemplates.Domain;

namespace EzTemplates.Solver;

/// <summary>What holds keep out. Several on one name all count: a version must be within each, and one that is within none of them is told the first.</summary>
internal sealed class HeldNames
{
    private readonly Dictionary<StringId, List<PackageHold>> _held = [];

    /// <param name="find">The number of a name that the universe has.</param>
    public HeldNames(IEnumerable<PackageHold> holds, Func<string, StringId?> find)
    {
        foreach (var hold in holds)
        {
            if (find(hold.Package) is { } name)
            {
                _ = _held.TryAdd(name, []);
                _held[name].Add(hold);
            }
        }
    }

    /// <summary>The hold that keeps a version of the name out, or null.</summary>
    public PackageHold? Against(StringId name, StringId version, Func<StringId, string> text) =>
        _held.Count > 0 && _held.TryGetValue(name, out var holds) && text(version) is var own
            ? holds.Find(hold => !VersionPattern.Matches(hold.VersionPattern, own)) : null;
}
