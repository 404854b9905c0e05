namespace EzTemplates.Testing;

/// <summary>
/// A folder under the system's temporary directory that is gone after the test, whatever modes the test gave to what is in it.
/// Others may enter it (0755), so that a test can show what another user may not reach below.
/// </summary>
public sealed class TempFolder : IDisposable
{
    public const string Prefix = "ez-test-";

    public TempFolder()
    {
        Root = Directory.CreateTempSubdirectory(Prefix).FullName;
        File.SetUnixFileMode(Root, (UnixFileMode)0b111_101_101);
    }

    public string Root { get; }

    /// <summary>A path below; nothing is made.</summary>
    public string At(params ReadOnlySpan<string> parts) => Path.Combine([Root, .. parts]);

    /// <summary>A new folder below, with its parents.</summary>
    public string MakeFolder(params ReadOnlySpan<string> parts) => Directory.CreateDirectory(At(parts)).FullName;

    public string WriteFile(string relative, string content)
    {
        var full = At(relative);
        Directory.CreateDirectory(Path.GetDirectoryName(full)!);
        File.WriteAllText(full, content);
        return full;
    }

    public string WriteFile(string relative, ReadOnlySpan<byte> content)
    {
        var full = At(relative);
        Directory.CreateDirectory(Path.GetDirectoryName(full)!);
        File.WriteAllBytes(full, content);
        return full;
    }

    public void Dispose()
    {
        if (!Directory.Exists(Root))
        {
            return;
        }

        // A forgotten bind mount of /dev must never be emptied through us: what cannot be unmounted stays, and is told.
        foreach (var mount in MountTable.Below(Root).OrderByDescending(m => m.Length))
        {
            TestNotes.Write($"left mounted: {mount}");
            ToolRun.Run("umount", mount);
        }

        ToolRun.Run("chmod", "-R", "u+rwX", Root);
        ToolRun.Run("rm", "-rf", "--one-file-system", Root).Succeed();
    }

    public override string ToString() => Root;
}
