using System.Globalization;
using System.Text.Json;
using EzTemplates.Testing;

namespace EzTemplates.Cli.Tests.Real;

/// <summary>One lock gives one manifest, whatever the host and the hour are like.</summary>
[Collection(RealGroundUsers.Name)]
public sealed class ReproducibleRecipesTests(RealGround ground)
{
    private const int BuildsInARow = 10;

    // Into a store on a file system of its own that has the archives and nothing else, so that no metadata is asked whether it is still valid.
    private const string Build = """
        set -e
        mkdir -p "$2" && mount -t "$3" -o "$4" none "$2" && mkdir -p "$2/store/archives" && cp "$1"/* "$2/store/archives/"
        shift 4
        exec "$@"
        """;

    public static TheoryData<string> Recipes() =>
        TestScale.IsFull ? ["debian-12", "debian-13", "nginx", "postgresql", "python3", "build-essential"] : ["nginx"];

    [Theory]
    [MemberData(nameof(Recipes))]
    public void Clock_umask_zone_language_names_cores_and_file_systems_change_no_manifest(string recipe)
    {
        Requires.Tool("faketime");
        var library = ToolRun.Run("dpkg", "-L", "libfaketime").Succeed().Lines.First(line => line.EndsWith("/libfaketime.so.1", StringComparison.Ordinal));
        var elsewhere = new Dictionary<string, string?>
        {
            ["TZ"] = "Pacific/Auckland",
            ["LANG"] = "tr_TR.UTF-8",
            ["LC_ALL"] = "tr_TR.UTF-8",
            ["EZ_VIEW_LAYER"] = "tree",
            ["EZ_SCRIPT_CLOCK"] = library + ":+400d",
        };
        var later = ManifestOf(
            recipe, "a store with a much longer path, blanks and all, than the other one has/below", elsewhere,
            ["sh", "-c", "umask 077; hostname elsewhere; exec taskset -c 0 env LD_PRELOAD=\"$0\" FAKETIME=+400d FAKETIME_DONT_FAKE_MONOTONIC=1 NO_FAKE_STAT=1 \"$@\"", library]);
        Assert.Equal(LastManifest(ground.Up(recipe)), later);
    }

    [Fact]
    public void Ten_builds_in_a_row_give_one_manifest()
    {
        Assert.SkipUnless(TestScale.IsFull, "takes minutes: EZ_TEST_SCALE=full");
        var first = LastManifest(ground.Up("postgresql"));
        for (var build = 1; build <= BuildsInARow; build++)
        {
            Assert.Equal(first, ManifestOf("postgresql", string.Create(CultureInfo.InvariantCulture, $"row{build}"), [], []));
        }
    }

    private string? ManifestOf(string recipe, string store, Dictionary<string, string?> variables, IReadOnlyList<string> wrapper)
    {
        ground.Up(recipe);
        using var temp = new TempFolder();
        var place = temp.At(store);
        var run = ToolRun.Run(new ToolCommand(
            "unshare",
            [
                "--mount", "--uts", "--propagation", "private", "sh", "-c", Build, "sh", Path.Combine(ground.Ez.Store, "store", "archives"), place, "tmpfs", "size=3g",
                .. wrapper, EzProgram.File, "build", "--store", place, "--locked", "--offline", "--json", ground.RecipeOf(recipe),
            ])
        {
            Environment = variables,
            Timeout = TimeSpan.FromMinutes(10),
        }).Succeed();
        return LastManifest(RealGround.Json(run));
    }

    internal static string? LastManifest(JsonElement report) => report.GetProperty("builds").EnumerateArray().Last().GetProperty("manifest").GetString();
}
