using System.Diagnostics;
using System.IO.MemoryMappedFiles;
using System.Text.Json;
using EzTemplates.Formats;

namespace EzTemplates.Bench;

/// <summary>rpm-md metadata to a universe at hand: from the compressed text, and from the parsed form that was kept. One load a process.</summary>
internal static class RpmMetadataReading
{
    /// <summary>Reads primary and filelists of each repository, writes the parsed form and maps it, as a command does that sees a snapshot first.</summary>
    /// <param name="asked">A path for which filelists are read even if no package needs one.</param>
    /// <param name="folders">Each holds <c>repodata</c>.</param>
    public static string Parse(string target, string asked, string[] folders)
    {
        var start = Stopwatch.GetTimestamp();
        var builder = new RpmUniverseBuilder();
        foreach (var folder in folders)
        {
            Read(folder, "primary", (stream, name) => builder.AddPrimary(folder, stream, name));
        }

        var paths = builder.PathsOutsidePrimary([asked]);
        foreach (var folder in folders)
        {
            Read(folder, "filelists", (stream, name) => builder.AddFilelists(folder, stream, name, paths));
        }

        using (var file = File.Create(target))
        {
            file.Write(builder.ToBlock());
        }

        return Map(target, start);
    }

    /// <summary>The parsed form again, as every later command opens it.</summary>
    public static string Map(string target) => Map(target, Stopwatch.GetTimestamp());

    private static unsafe string Map(string target, long start)
    {
        using var file = MemoryMappedFile.CreateFromFile(target, FileMode.Open, null, 0, MemoryMappedFileAccess.Read);
        using var view = file.CreateViewAccessor(0, 0, MemoryMappedFileAccess.Read);
        byte* first = null;
        view.SafeMemoryMappedViewHandle.AcquirePointer(ref first);
        try
        {
            using var memory = new UnmanagedBytes(first, (int)new FileInfo(target).Length);
            var universe = RpmUniverseEncoding.Decode(memory.Memory) ?? throw new InvalidDataException($"`{target}` is no parsed form of this version");
            var milliseconds = Stopwatch.GetElapsedTime(start).TotalMilliseconds;
            return JsonSerializer.Serialize(new Dictionary<string, object>
            {
                ["ms"] = milliseconds,
                ["packages"] = universe.PackageCount,
                ["bytes"] = new FileInfo(target).Length,
                ["bash"] = universe.Find("bash") is { } bash ? universe.Named(bash).Count : 0,
            });
        }
        finally
        {
            view.SafeMemoryMappedViewHandle.ReleasePointer();
        }
    }

    private static void Read(string folder, string type, Action<Stream, string> read)
    {
        using var xml = File.OpenRead(Path.Combine(folder, "repodata/repomd.xml"));
        var path = RepomdReader.Read(xml, folder).Find(type)!.Path;
        using var file = File.OpenRead(Path.Combine(folder, path));
        using var plain = Decompression.Open(file, CompressionNames.OfName(path), new DecompressionOptions { Threads = 2 });
        read(plain, path);
    }
}
