using System.Diagnostics;
using System.Globalization;
using System.Text;
using EzTemplates.Formats.Erofs;
using EzTemplates.Formats.Manifests;
using EzTemplates.Store;

namespace EzTemplates.Bench;

/// <summary>A manifest's two metadata layers, and beside them mkfs.erofs, which makes an image of the tree.</summary>
internal static class LayerMaking
{
    private const int Rounds = 20;

    public static string Run(string manifestFile, string folder)
    {
        var manifest = ManifestText.Read(File.ReadAllBytes(manifestFile), manifestFile);
        var digest = ManifestText.DigestOf(manifest);
        var image = Path.Combine(folder, "ours.erofs");
        var tree = Path.Combine(folder, "tree");
        var peer = Path.Combine(folder, "mkfs.erofs");
        List<double> times = [];
        var cpu = Environment.CpuUsage.TotalTime;
        for (var round = 0; round < Rounds; round++)
        {
            var start = Stopwatch.GetTimestamp();
            using (var file = File.Create(image))
            {
                ErofsImage.Write(manifest, digest, file);
            }

            times.Add(Stopwatch.GetElapsedTime(start).TotalMilliseconds);
        }

        cpu = Environment.CpuUsage.TotalTime - cpu;
        var started = Stopwatch.GetTimestamp();
        TreeMaker.Make(manifest, tree);
        var treeTime = Stopwatch.GetElapsedTime(started).TotalMilliseconds;
        started = Stopwatch.GetTimestamp();
        Run("mkfs.erofs", "-x1", "-U00000000-0000-0000-0000-000000000000", "--quiet", peer, tree);
        var peerTime = Stopwatch.GetElapsedTime(started).TotalMilliseconds;
        var treeBytes = long.Parse(Run("du", "-s", "-B1", tree).Split('\t')[0], CultureInfo.InvariantCulture);
        var text = new StringBuilder();
        text.AppendLine(CultureInfo.InvariantCulture, $"{manifest.Entries.Length} paths");
        text.AppendLine(CultureInfo.InvariantCulture, $"image       {new FileInfo(image).Length,12} bytes  first {times[0]:F1} ms, median of {Rounds} {times.Order().ElementAt(Rounds / 2):F1} ms, {cpu.TotalMilliseconds / Rounds:F1} ms of processor");
        text.AppendLine(CultureInfo.InvariantCulture, $"tree        {treeBytes,12} bytes  {treeTime:F1} ms");
        text.AppendLine(CultureInfo.InvariantCulture, $"mkfs.erofs  {new FileInfo(peer).Length,12} bytes  {peerTime:F1} ms (from the tree, not counting its making)");
        return text.ToString();
    }

    private static string Run(string program, params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true })!;
        var output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return process.ExitCode == 0 ? output : throw new InvalidOperationException($"{program} ended with {process.ExitCode}");
    }
}
