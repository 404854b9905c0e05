namespace EzTemplates.Cli.Tests.Real;

/// <summary>A committed list of paths in which a configured version may differ from the peer's, each with its reason, and which of them were met.</summary>
internal sealed class PeerDifferences
{
    private readonly HashSet<(string Path, string Why)> _unused;

    private PeerDifferences(List<(string Path, string Why)> lines) => (Lines, _unused) = (lines, [.. lines]);

    public IReadOnlyList<(string Path, string Why)> Lines { get; }

    public IReadOnlyCollection<(string Path, string Why)> Unused => _unused;

    public static PeerDifferences Read(string name) => new(
    [
        .. File.ReadLines(Path.Combine(AppContext.BaseDirectory, "Real", name)).Where(line => line.StartsWith('/'))
            .Select(line => line.Split("  # ")).Select(parts => (parts[0], parts[1])),
    ]);

    public bool Allow(string path)
    {
        var allowing = Lines.Where(line => line.Path.EndsWith('*') ? path.StartsWith(line.Path[..^1], StringComparison.Ordinal) : path == line.Path).ToList();
        _unused.ExceptWith(allowing);
        return allowing.Count > 0;
    }
}
