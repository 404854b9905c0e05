namespace EzTemplates.Testing;

/// <summary>File systems in files, each made and mounted when first asked for and gone with this object: one of a kind for many tests.</summary>
public sealed class LoopDisks : IDisposable
{
    private readonly TempFolder _temp = new();
    private readonly Dictionary<string, string> _mounted = new(StringComparer.Ordinal);

    /// <summary>The kinds: what <c>mkfs.KIND</c> makes.</summary>
    public static IReadOnlyList<string> Kinds { get; } = ["ext4", "xfs", "btrfs"];

    /// <summary>Where it is mounted. Skips the test where its tools, root or loop devices are lacking.</summary>
    public string Of(string kind)
    {
        Requires.Root();
        Requires.Tool("mkfs." + kind);
        if (!_mounted.TryGetValue(kind, out var point))
        {
            point = _temp.MakeFolder(kind);
            var file = _temp.At(kind + ".img");
            using (var disk = File.Create(file))
            {
                // The least that mkfs.xfs takes is 300 MB; it is sparse.
                disk.SetLength(320 << 20);
            }

            ToolRun.Run("mkfs." + kind, "-q", file).Succeed();
            ToolRun.Run("mount", "-o", "loop", file, point).Succeed();
            _mounted.Add(kind, point);
        }

        return point;
    }

    public void Dispose()
    {
        foreach (var point in _mounted.Values)
        {
            ToolRun.Run("umount", point).Succeed();
        }

        _temp.Dispose();
    }
}
