using System.Text.Json;
using EzTemplates.Testing;

namespace EzTemplates.Cli.Tests.Real;

/// <summary>The images of the shipped recipes, as erofs-utils and the kernel read them.</summary>
[Collection(RealGroundUsers.Name)]
public sealed class ShippedImagesTests(RealGround ground)
{
    [Theory]
    [InlineData("debian-12")]
    [InlineData("debian-13")]
    [InlineData("nginx")]
    [InlineData("postgresql")]
    [InlineData("python3")]
    [InlineData("build-essential")]
    public void An_image_passes_fsck_and_shows_what_a_tree_shows(string recipe)
    {
        Requires.Tool("fsck.erofs");
        Requires.Tool("dump.erofs");
        ground.Up(recipe);
        var name = ground.Create(recipe);
        var created = RealGround.Json(ground.Ez.Succeed("env", "show", "--json", name));
        Assert.SkipUnless(created.GetProperty("layer").GetString() == "image", "needs a kernel that mounts EROFS from a file");
        var manifest = created.GetProperty("manifest").GetString()!;
        var overImage = Seen(name, "image");
        var image = Path.Combine(ground.Ez.Store, "store", "images", manifest + ".erofs");
        ToolRun.Run("fsck.erofs", image).Succeed();
        var paths = File.ReadAllLines(Path.Combine(ground.Ez.Store, "store", "manifests", manifest)).Length - 1;
        var links = File.ReadLines(Path.Combine(ground.Ez.Store, "store", "manifests", manifest)).Count(line => line.StartsWith("h ", StringComparison.Ordinal));
        Assert.Matches($"Filesystem inode count: +{paths - links + 1}\n", ToolRun.Run("dump.erofs", "-s", image).Succeed().Output);
        Assert.True(new FileInfo(image).Length < (paths * 230) + 65_536, $"{new FileInfo(image).Length} bytes for {paths} paths");
        Assert.Equal(overImage, Seen(name, "tree"));
        TestNotes.Write($"{recipe}: {paths} paths, {new FileInfo(image).Length} bytes");
    }

    /// <summary>Everything find(1) tells of a view's paths but inode and device numbers, which are a layer's own.</summary>
    private string Seen(string name, string layer)
    {
        ground.Ez.Environment["EZ_VIEW_LAYER"] = layer;
        try
        {
            var root = ground.Mount(name);
            var shown = RealGround.Json(ground.Ez.Succeed("env", "show", "--json", name));
            Assert.Equal(JsonValueKind.True, shown.GetProperty("environment").GetProperty("mounted").ValueKind);
            Assert.Equal(layer, shown.GetProperty("layer").GetString());
            var facts = ToolRun.Run("find", root, "-xdev", "-printf", "%P\\0%y %m %U %G %T@ %l\\0", "(", "-type", "f", "-printf", "%s %n\\0", ")").Succeed();
            var xattrs = ToolRun.Run("getfattr", "-R", "-P", "-h", "-d", "-m", "-", "--absolute-names", root).Succeed();
            ToolRun.Run("umount", root).Succeed();
            return Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData([.. Sorted(facts), .. Sorted(xattrs)]));
        }
        finally
        {
            ground.Ez.Environment.Remove("EZ_VIEW_LAYER");
        }
    }

    // Folders list their names in the layer's order.
    private static byte[] Sorted(ToolRun run) => System.Text.Encoding.Latin1.GetBytes(string.Join('\n', System.Text.Encoding.Latin1.GetString(run.Stdout).Split('\0', '\n').Order(StringComparer.Ordinal)));
}
