using EzTemplates.Domain;
using EzTemplates.Testing;
using Xunit;

namespace EzTemplates.Formats.Tests.Archives;

/// <summary>Packages from other projects' test data and from a generator of odd ones, judged by dpkg and Python's tar reader.</summary>
public sealed class DebSampleTests
{
    [Fact]
    public void Accepted_samples_give_dpkgs_entries_and_refused_ones_say_why()
    {
        var folder = Path.Combine(Requires.Shared(), "samples", "deb");
        Requires.Tool("dpkg-deb");
        Requires.Tool("python3");
        var (accepted, refused) = (0, 0);
        foreach (var file in Samples(folder))
        {
            var bytes = File.ReadAllBytes(file);
            // A package must unpack, not only list: dpkg refuses these while unpacking.
            var expected = ToolRun.Run("dpkg-deb", "-I", file).ExitCode == 0 && !RefusedLate.Contains(Path.GetFileName(file))
                && ToolRun.Run("dpkg-deb", "-c", file).ExitCode == 0;
            if (expected)
            {
                Compare(file, DebInMemory.Read(bytes, threads: 2, name: Path.GetFileName(file)));
                accepted++;
            }
            else
            {
                var failure = Assert.Throws<MalformedArchiveException>(() => DebInMemory.Read(bytes, name: Path.GetFileName(file)));
                TestNotes.Write(failure.Message);
                Assert.Contains(Path.GetFileName(file), failure.Message, StringComparison.Ordinal);
                refused++;
            }
        }

        TestNotes.Write($"{accepted} accepted, {refused} refused");
        Assert.True(accepted >= 30 && refused >= 20, $"{accepted} accepted, {refused} refused");
    }

    private static readonly string[] RefusedLate =
    [
        "odd-hardlink-missing.deb", "odd-hardlink-escape.deb", "odd-dotdot.deb", "odd-dotdot-inner.deb", "odd-ctl-dupfield.deb", "odd-ctl-badname.deb",
    ];

    private static IEnumerable<string> Samples(string folder) =>
        Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories)
            .Where(file => Path.GetExtension(file) is ".deb" or ".udeb" or ".ar")
            .OrderBy(file => file, StringComparer.Ordinal);

    private static void Compare(string file, PackageContents contents)
    {
        // The oracle lists members as they come; of two with one name the later counts.
        var oracle = new OrderedDictionary<string, string>(StringComparer.Ordinal);
        foreach (var line in TarListing.OfDpkg(file))
        {
            oracle[line[..line.IndexOf(' ', StringComparison.Ordinal)]] = line;
        }

        Assert.Equal(oracle.Values.Order(StringComparer.Ordinal), contents.Entries.Select(TarListing.Of).Order(StringComparer.Ordinal));
        Assert.Equal(Sha256Digest.Of(File.ReadAllBytes(file)), contents.Package);
    }
}
