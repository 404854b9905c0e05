using System.ComponentModel;
using System.Diagnostics;
using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;
using EzTemplates.Domain;
using EzTemplates.Formats.Erofs;
using EzTemplates.Formats.Manifests;

namespace EzTemplates.Bench;

/// <summary>Whether the mount of an image costs more the more paths it has.</summary>
internal static partial class ImageMounting
{
    private const int Rounds = 50;
    private const ulong ReadOnly = 1;

    public static string Run(string folder)
    {
        var point = Directory.CreateDirectory(Path.Combine(folder, "mounted")).FullName;
        var text = new StringBuilder();
        foreach (var paths in (int[])[100, 10_000, 100_000, 100, 10_000, 100_000])
        {
            var manifest = Manifest(paths);
            var image = Path.Combine(folder, string.Create(CultureInfo.InvariantCulture, $"{paths}.erofs"));
            File.WriteAllBytes(image, ErofsImage.Write(manifest, ManifestText.DigestOf(manifest)));
            var last = point + manifest.Entries[^1].Path.Latin1;
            var (mounts, looks) = (new List<double>(), new List<double>());
            for (var round = 0; round < Rounds; round++)
            {
                var start = Stopwatch.GetTimestamp();
                Require(Mount(image, point, "erofs", ReadOnly, 0));
                mounts.Add(Stopwatch.GetElapsedTime(start).TotalMicroseconds);
                start = Stopwatch.GetTimestamp();
                _ = File.GetLastWriteTimeUtc(last);
                looks.Add(Stopwatch.GetElapsedTime(start).TotalMicroseconds);
                Require(Unmount(point, 0));
            }

            text.AppendLine(CultureInfo.InvariantCulture, $"{paths,7} paths  mount: median {Median(mounts),6:F0} us   first look: median {Median(looks),6:F0} us");
        }

        return text.ToString();
    }

    private static double Median(List<double> values) => values.Order().ElementAt(values.Count / 2);

    /// <summary>1,000 files a folder, and what is more in further folders.</summary>
    private static Manifest Manifest(int paths)
    {
        var entries = new SortedDictionary<TreePath, ManifestEntry> { [TreePath.Root] = Entry(TreePath.Root, EntryType.Directory) };
        for (var i = 0; entries.Count < paths; i++)
        {
            var folder = TreePath.Root.Append(string.Create(CultureInfo.InvariantCulture, $"folder-{i / 1000}"));
            entries.TryAdd(folder, Entry(folder, EntryType.Directory));
            var path = folder.Append(string.Create(CultureInfo.InvariantCulture, $"file-{i}"));
            entries.Add(path, Entry(path, EntryType.File) with { Size = 1 + i, Content = Sha256Digest.Of(BitConverter.GetBytes(i)) });
        }

        return new Manifest([.. entries.Values]);
    }

    private static ManifestEntry Entry(TreePath path, EntryType type) => new() { Path = path, Type = type, Mode = 0x1ED, Uid = 0, Gid = 0, Mtime = new FileTime(1_700_000_000) };

    private static void Require(int result)
    {
        if (result != 0)
        {
            throw new Win32Exception(Marshal.GetLastPInvokeError());
        }
    }

    [LibraryImport("libc", EntryPoint = "mount", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Mount(string source, string target, string fileSystem, ulong flags, nint options);

    [LibraryImport("libc", EntryPoint = "umount2", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Unmount(string target, int flags);
}
