using System.Diagnostics;
using System.Globalization;
using System.IO.MemoryMappedFiles;
using System.Text.Json;
using EzTemplates.Domain;
using EzTemplates.Formats;
using EzTemplates.Solver;

namespace EzTemplates.Bench;

/// <summary>Requests of one package each on an empty system, without Recommends, from the parsed form as a mapped file.</summary>
internal static class Solving
{
    private const int Rounds = 11;

    public static void Encode(string packages, string target) =>
        File.WriteAllBytes(target, UniverseEncoding.Encode([new PackagesIndex("debian/main", File.ReadAllBytes(packages), packages)]));

    /// <returns>An object: for each name <c>ms</c> of every round, the number of packages, RssAnon at the end.</returns>
    public static unsafe string Run(string path, string[] names)
    {
        using var file = MemoryMappedFile.CreateFromFile(path, FileMode.Open, null, 0, MemoryMappedFileAccess.Read);
        using var view = file.CreateViewAccessor(0, 0, MemoryMappedFileAccess.Read);
        byte* start = null;
        view.SafeMemoryMappedViewHandle.AcquirePointer(ref start);
        try
        {
            using var memory = new UnmanagedBytes(start, (int)new FileInfo(path).Length);
            var universe = UniverseEncoding.Decode(memory.Memory) ?? throw new InvalidDataException($"`{path}` is no parsed form of this version");
            return JsonSerializer.Serialize(names.ToDictionary(name => name, name => Measure(universe, name)));
        }
        finally
        {
            view.SafeMemoryMappedViewHandle.ReleasePointer();
        }
    }

    private static Dictionary<string, object> Measure(PackageUniverse universe, string name)
    {
        var request = new DebRequest { Install = [new PackageRequest(name)], NativeArchitecture = "amd64" };
        var times = new List<double>();
        var count = 0;
        for (var i = 0; i < Rounds; i++)
        {
            var start = Stopwatch.GetTimestamp();
            var result = DebSolver.Solve(universe, request, CancellationToken.None);
            times.Add(Stopwatch.GetElapsedTime(start).TotalMilliseconds);
            count = result is SolveResult.Solution solution ? solution.Packages.Length : -1;
        }

        return new() { ["ms"] = times, ["packages"] = count, ["rssAnonKB"] = AnonymousKilobytes() };
    }

    private static long AnonymousKilobytes() =>
        long.Parse(File.ReadLines("/proc/self/status").First(line => line.StartsWith("RssAnon:", StringComparison.Ordinal)).Split(' ', StringSplitOptions.RemoveEmptyEntries)[1], CultureInfo.InvariantCulture);
}
