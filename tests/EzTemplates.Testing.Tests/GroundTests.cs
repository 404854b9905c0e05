using Xunit;
using Xunit.Sdk;

namespace EzTemplates.Testing.Tests;

/// <summary>Assertions that could not fail would be worth nothing: each is shown failing once.</summary>
public sealed class GroundTests
{
    [Fact]
    public void A_temp_folder_goes_whatever_its_modes()
    {
        string root;
        using (var temp = new TempFolder())
        {
            root = temp.Root;
            temp.WriteFile("a/b/c", "x");
            File.SetUnixFileMode(temp.At("a/b/c"), UnixFileMode.None);
            File.SetUnixFileMode(temp.At("a/b"), UnixFileMode.None);
            File.SetUnixFileMode(temp.At("a"), UnixFileMode.None);
        }

        Assert.False(Directory.Exists(root));
    }

    [Theory]
    [InlineData("content")]
    [InlineData("mode")]
    [InlineData("new")]
    public void A_snapshot_sees_every_change(string change)
    {
        using var temp = new TempFolder();
        var file = temp.WriteFile("a/file", "one");
        var before = StoreSnapshot.Take(temp.Root);
        before.AssertSame(StoreSnapshot.Take(temp.Root));
        switch (change)
        {
            case "content":
                File.WriteAllText(file, "two");
                break;
            case "mode":
                File.SetUnixFileMode(file, UnixFileMode.UserRead);
                break;
            default:
                File.CreateSymbolicLink(temp.At("a/link"), "file");
                break;
        }

        var now = StoreSnapshot.Take(temp.Root);
        Assert.NotEqual(before.Digest, now.Digest);
        Assert.ThrowsAny<XunitException>(() => before.AssertSame(now));
        var changed = change == "new" ? "a/link" : "a/file";
        Assert.DoesNotContain(StoreSnapshot.Take(temp.Root, changed).Lines, line => line.StartsWith(changed, StringComparison.Ordinal));
    }

    [Fact]
    public void A_process_that_is_left_behind_is_named()
    {
        using var temp = new TempFolder();
        var watch = MountWatch.Start(temp.Root);
        watch.AssertNothingLeft();
        var start = new System.Diagnostics.ProcessStartInfo("sleep", ["60"]) { WorkingDirectory = temp.Root };
        using var process = System.Diagnostics.Process.Start(start)!;
        var failure = Assert.ThrowsAny<XunitException>(() => watch.AssertNothingLeft());
        process.Kill();
        process.WaitForExit();
        Assert.Contains("cwd", failure.Message, StringComparison.Ordinal);
        watch.AssertNothingLeft();
    }

    [Fact]
    public void A_mount_that_is_left_behind_is_named_and_goes_with_the_folder()
    {
        Requires.Overlay();
        using var temp = new TempFolder();
        var watch = MountWatch.Start(temp.Root);
        ToolRun.Run("mount", "-t", "tmpfs", "tmpfs", temp.MakeFolder("mount here")).Succeed();
        var failure = Assert.ThrowsAny<XunitException>(() => watch.AssertNothingLeft());
        Assert.Contains("mount here", failure.Message, StringComparison.Ordinal);
        temp.Dispose();
        watch.AssertNothingLeft();
    }

    [Fact]
    public void A_tool_gets_its_arguments_and_input_as_they_are()
    {
        var run = ToolRun.Run(new ToolCommand("printf", "%s|", "a b", "$HOME", "*"));
        Assert.Equal("a b|$HOME|*|", run.Output);
        Assert.Equal("abc", ToolRun.Run(new ToolCommand("cat") { Stdin = "abc"u8.ToArray() }).Output);
        Assert.Throws<InvalidOperationException>(() => ToolRun.Run("false").Succeed());
    }
}
