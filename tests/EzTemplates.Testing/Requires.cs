using Xunit;

namespace EzTemplates.Testing;

/// <summary>What a test needs of its machine; where it is absent the test is skipped, saying what was missing (tests/allowed-skips.txt lists these).</summary>
public static class Requires
{
    private static readonly Lazy<string?> OverlayTrouble = new(TryOverlay);
    private static readonly Lazy<string?> MirrorTrouble = new(TryMirror);

    public static bool IsRoot => geteuid() == 0;

    public static void Root() => Assert.SkipUnless(IsRoot, "needs root");

    public static void Tool(string name) => Assert.SkipUnless(ToolRun.Locate(name) is not null, $"needs the program {name}");

    /// <summary>Root and a kernel that mounts an overlay over the temporary directory.</summary>
    public static void Overlay()
    {
        Root();
        Assert.SkipUnless(OverlayTrouble.Value is null, $"needs overlayfs on the temporary directory: {OverlayTrouble.Value}");
    }

    /// <summary>A Debian archive that this machine's APT is set up for, and that answers.</summary>
    public static void HostMirror() => Assert.SkipUnless(MirrorTrouble.Value is null, $"needs this machine's Debian mirror: {MirrorTrouble.Value}");

    /// <summary>The folder of samples and conformance data beside the checkout.</summary>
    public static string Shared()
    {
        var folder = SharedFolder.Find();
        Assert.SkipWhen(folder is null, "needs ../shared");
        return folder!;
    }

    private static string? TryOverlay()
    {
        if (ToolRun.Locate("unshare") is null)
        {
            return "no unshare(1) to try it with";
        }

        using var temp = new TempFolder();
        foreach (var part in (string[])["lower", "upper", "work", "root"])
        {
            temp.MakeFolder(part);
        }

        // In a mount namespace of its own, so that a test run that is killed here leaves no mount.
        var options = $"lowerdir={temp.At("lower")},upperdir={temp.At("upper")},workdir={temp.At("work")}";
        var run = ToolRun.Run("unshare", "--mount", "mount", "-t", "overlay", "overlay", "-o", options, temp.At("root"));
        return run.ExitCode == 0 ? null : run.Error.Trim();
    }

    private static string? TryMirror()
    {
        if (ToolRun.Locate("apt-get") is null)
        {
            return "no APT";
        }

        var listing = ToolRun.Run("apt-get", "indextargets", "--no-release-info", "--format", "$(REPO_URI) $(RELEASE)", "Created-By: Packages");
        var roots = listing.Lines.Select(line => line.Split(' ')).Where(words => words is [_, "bookworm"]).Select(words => words[0]).Distinct().ToList();
        if (roots.Count == 0)
        {
            return "APT names no source for bookworm";
        }

        using var client = new HttpClient { Timeout = TimeSpan.FromSeconds(10) };
        try
        {
            using var request = new HttpRequestMessage(HttpMethod.Head, $"{roots[0].TrimEnd('/')}/dists/bookworm/InRelease");
            using var response = client.Send(request);
            return response.IsSuccessStatusCode ? null : $"it answers {(int)response.StatusCode}";
        }
        catch (Exception trouble) when (trouble is HttpRequestException or TaskCanceledException or NotSupportedException)
        {
            return "it does not answer";
        }
    }

    [System.Runtime.InteropServices.DllImport("libc")]
    private static extern uint geteuid();
}
