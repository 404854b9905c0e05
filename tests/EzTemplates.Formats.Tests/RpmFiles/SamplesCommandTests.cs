using System.Globalization;
using EzTemplates.Testing;
using Xunit;

namespace EzTemplates.Formats.Tests.RpmFiles;

/// <summary>
/// The conformance runner's <c>samples</c> over packages of both families: a row each, in a process of its own, so that what it says of the
/// memory that each package took is true. Under full scale all samples, else some that are drawn.
/// </summary>
public sealed class SamplesCommandTests
{
    private const string Header = "#file\tname\tentries\tsize\tdigest\tverdict\treason";

    [Fact]
    public void Each_package_has_a_row_that_rpm_and_dpkg_agree_with()
    {
        Requires.Tool("dpkg-deb");
        Requires.Tool("rpm");
        Requires.Tool("rpmkeys");
        using var temp = new TempFolder();
        var folder = Draw(Path.Combine(Requires.Shared(), "samples"), temp);
        var run = ToolRun.Run(new ToolCommand(Runner(), "samples", folder, "--out", temp.At("rows.tsv")) { Timeout = TimeSpan.FromMinutes(10) });
        TestNotes.Write(run.Output);
        Assert.True(run.ExitCode == 0, run.Output + run.Error);
        var lines = File.ReadAllLines(temp.At("rows.tsv"));
        Assert.Equal(Header, lines[0]);
        var rows = lines.Skip(1).Select(line => line.Split('\t')).ToList();
        Assert.Equal(Directory.EnumerateFiles(folder).Select(Path.GetFileName).Order(StringComparer.Ordinal), rows.Select(row => row[0]));
        Assert.All(rows, CheckForm);

        var rpms = rows.Where(row => !row[0].Contains(".deb", StringComparison.Ordinal) && row[0].Contains(".rpm", StringComparison.Ordinal)).ToList();
        var sound = RpmOracle.Sound([.. rpms.Select(row => Path.Combine(folder, row[0]))]);
        Assert.Equal(rpms.Where(row => row[5] == "ok").Select(row => row[0]), rpms.Select(row => row[0]).Where(name => sound.Contains(Path.Combine(folder, name))));
        var ok = rpms.Where(row => row[5] == "ok").ToList();
        foreach (var (row, rpm) in ok.Zip(RpmOracle.Query([.. ok.Select(row => Path.Combine(folder, row[0]))])))
        {
            Assert.Equal((row[0], rpm.Nevra), (row[0], row[1]));
            var made = rpm.Paths.Where(path => (int.Parse(path[6], CultureInfo.InvariantCulture) & 0x40) == 0).ToList();
            Assert.Equal((row[0], made.Count), (row[0], int.Parse(row[2], CultureInfo.InvariantCulture)));
        }

        foreach (var row in rows.Where(row => row[5] == "ok" && Path.GetExtension(row[0]) is ".deb" or ".udeb"))
        {
            var fields = ToolRun.Run("dpkg-deb", "--show", "--showformat=${Package}_${Version}_${Architecture}", Path.Combine(folder, row[0])).Output;
            Assert.Equal((row[0], fields), (row[0], row[1] == "-" && fields.EndsWith('_') ? fields : row[1]));
        }
    }

    /// <summary>Links to the samples, whose names are their paths with other slashes.</summary>
    private static string Draw(string samples, TempFolder temp)
    {
        var files = ((string[])["rpm", "deb"]).SelectMany(family => Directory.EnumerateFiles(Path.Combine(samples, family), "*", SearchOption.AllDirectories))
            .Where(file => Path.GetExtension(file) is ".deb" or ".udeb" or ".ar" or ".rpm" or ".rpm-v3").Order(StringComparer.Ordinal).ToArray();
        var random = TestSeed.Random("samples");
        random.Shuffle(files);
        var folder = temp.MakeFolder("samples");
        foreach (var file in files.Take(TestScale.Of(60, files.Length)))
        {
            File.CreateSymbolicLink(Path.Combine(folder, Path.GetRelativePath(samples, file).Replace('/', '!')), file);
        }

        return folder;
    }

    private static void CheckForm(string[] row)
    {
        Assert.Equal(7, row.Length);
        if (row[5] == "ok")
        {
            Assert.Matches("^[0-9]+ [0-9]+ [0-9a-f]{64} -$", $"{row[2]} {row[3]} {row[4]} {row[6]}");
        }
        else
        {
            Assert.Equal("- - - refused", $"{row[2]} {row[3]} {row[4]} {row[5]}");
            Assert.NotEmpty(row[6]);
        }
    }

    private static string Runner()
    {
        var output = new DirectoryInfo(AppContext.BaseDirectory);
        return Path.Combine(RepositoryRoot.Find(), "tests/EzTemplates.Conformance/bin", output.Parent!.Name, output.Name, "EzTemplates.Conformance");
    }
}
