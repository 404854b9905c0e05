using EzTemplates.Store.Native;
using EzTemplates.Testing;

namespace EzTemplates.Environments.Tests;

/// <summary>What a process inside may put under the name of a private file.</summary>
public sealed class RegularFileTests : IDisposable
{
    private readonly TempFolder _temp = new();

    [Fact]
    public void Only_a_regular_file_is_opened()
    {
        Requires.Root();
        File.WriteAllText(_temp.At("file"), "x");
        ToolRun.Run("mkfifo", _temp.At("pipe")).Succeed();
        ToolRun.Run("mknod", _temp.At("device"), "c", "1", "3").Succeed();
        File.CreateSymbolicLink(_temp.At("link"), "file");
        using var folder = Libc.OpenFolder(null, _temp.Root);
        foreach (var name in (string[])["pipe", "device", "link"])
        {
            Assert.Equal((null, 0), Libc.TryOpenRegular(folder, name));
        }

        Assert.Equal(Errnos.ENOENT, Libc.TryOpenRegular(folder, "absent").Errno);
        using var file = Libc.TryOpenRegular(folder, "file").File;
        var bytes = new byte[2];
        Assert.Equal((1, (byte)'x'), (Libc.Read(file!, bytes), bytes[0]));
    }

    public void Dispose() => _temp.Dispose();
}
