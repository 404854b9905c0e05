using System.Runtime.InteropServices;
using EzTemplates.Store.Native;
using EzTemplates.Testing;

namespace EzTemplates.Environments.Tests;

/// <summary>Each lowers the limit of open files for the whole process for a moment; one class, so that they do so in turn.</summary>
public sealed class ScarceDescriptorsTests
{
    [Fact]
    public void An_environment_of_any_depth_is_measured_remapped_and_removed()
    {
        Requires.Root();
        using var ground = new TestGround();
        var name = ground.Create("deep", "1", TestGround.Folder("/d"));
        var next = ground.Version("2", TestGround.Folder("/e"));
        var other = ground.Create("other", "1", TestGround.Folder("/d"));
        MakeDeepFolder(Path.Combine(ground.Layout.Environments, "deep", "private"), 2000);
        using (new OpenFilesLimit(1000))
        {
            Assert.True(ground.Environments.Show(name).PrivateBytes > 0);
            Assert.NotNull(new Remapper(ground.Environments).Remap(name, next));
            ground.Environments.Remove(name);
        }

        Assert.Equal([other], ground.Environments.List().Select(environment => environment.Name));
        Assert.Single(Directory.EnumerateFileSystemEntries(ground.Layout.Environments));
    }

    [Fact]
    public void A_command_is_started_under_a_low_limit_of_open_files()
    {
        Requires.Overlay();
        Requires.Tool("ldd");
        using var ground = new TestGround();
        var name = ground.Create("box", "1", ground.Tools());
        using (new OpenFilesLimit(900))
        {
            Assert.Equal(new ExecResult(3, "in", "err\n"), ground.Exec(new ExecRequest { Environment = name, Command = ["sh", "-c", "cat; echo err >&2; exit 3"] }, "in"));
        }
    }

    private static void MakeDeepFolder(string path, int depth)
    {
        var folder = Libc.OpenFolder(null, path);
        for (var i = 0; i < depth; i++)
        {
            using var above = folder;
            Libc.MakeFolder(above, "d", 0b111_000_000);
            folder = Libc.OpenFolder(above, "d");
        }

        folder.Dispose();
    }

    private sealed class OpenFilesLimit : IDisposable
    {
        private const int OpenFiles = 7;
        private readonly Limit _before;

        public OpenFilesLimit(ulong most)
        {
            Assert.Equal(0, getrlimit(OpenFiles, out _before));
            var lower = _before with { Soft = most };
            Assert.Equal(0, setrlimit(OpenFiles, lower));
        }

        public void Dispose() => Assert.Equal(0, setrlimit(OpenFiles, _before));

        [DllImport("libc")]
        private static extern int getrlimit(int resource, out Limit limit);

        [DllImport("libc")]
        private static extern int setrlimit(int resource, in Limit limit);

        [StructLayout(LayoutKind.Sequential)]
        private record struct Limit(ulong Soft, ulong Hard);
    }
}
