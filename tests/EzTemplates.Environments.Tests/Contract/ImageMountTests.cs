using System.Runtime.InteropServices;
using EzTemplates.Domain;
using EzTemplates.Formats.Erofs;
using EzTemplates.Formats.Manifests;
using EzTemplates.Store;
using EzTemplates.Testing;

namespace EzTemplates.Environments.Tests.Contract;

/// <summary>The kernel's own reading of images: random manifests, and those at the edges of the format, beside the trees made from them.</summary>
public sealed class ImageMountTests
{
    [Fact]
    public void The_images_of_random_manifests_mount_and_equal_their_trees()
    {
        using var ground = new ImageGround();
        var random = TestSeed.Random("images mount");
        for (var round = TestScale.Of(6, 100); round > 0; round--)
        {
            ground.AssertImageEqualsTree(new LayerEntries(random).Manifest(random.Next(1, 600)));
        }
    }

    [Fact]
    public void Every_byte_40_levels_and_a_large_folder()
    {
        using var ground = new ImageGround();
        var every = new string([.. Enumerable.Range(1, 255).Select(b => (char)b).Where(c => c != '/')]);
        var deep = string.Concat(Enumerable.Repeat("/" + new string('d', 80), 40));
        ground.AssertImageEqualsTree(LayerEntries.Manifest(
        [
            LayerEntries.File("/" + every + "x", 3),
            .. Enumerable.Range(1, 255).Select(b => (char)b).Where(c => c is not ('/' or '.')).Select(c => LayerEntries.File($"/{c}", c)),
            LayerEntries.Link("/longest", new string('t', 4095)),
            LayerEntries.Link("/long", new string('t', 4000)),
            LayerEntries.File("/huge", 1L << 40) with { Xattrs = [new ExtendedAttribute("user.big", [.. new byte[2000]])] },
            LayerEntries.File(deep + "/bottom", 3),
            .. Enumerable.Range(0, TestScale.Of(3_000, 100_000)).Select(i => LayerEntries.File($"/many/{i:x}", i, content: i)),
        ]));
    }

    /// <summary>Fills every size of folder around the edges of blocks, where entries and names are divided.</summary>
    [Fact]
    public void Folders_that_just_fit_a_block_and_just_do_not()
    {
        using var ground = new ImageGround();
        var entries = new List<ManifestEntry>();
        for (var length = 1; length <= 255; length += TestScale.Of(6, 1))
        {
            var perBlock = 4096 / (12 + length);
            for (var count = Math.Max(1, perBlock - 4); count <= perBlock + 1; count++)
            {
                entries.AddRange(Enumerable.Range(0, count).Select(i => LayerEntries.Link($"/{length}-{count}/{new string((char)('A' + (i % 26)), length - 1)}{(char)('a' + (i / 26))}", "t")));
            }
        }

        ground.AssertImageEqualsTree(LayerEntries.Manifest([.. entries.DistinctBy(entry => entry.Path)]));
    }

    private sealed class ImageGround : IDisposable
    {
        private readonly TempFolder _temp = new();
        private readonly MountWatch _watch;
        private int _number;

        public ImageGround()
        {
            Requires.Overlay();
            Assert.SkipWhen(ViewForms.LayerOfThisKernel(StoreIds.OfRoot) != LayerKind.Image, "needs a kernel that mounts EROFS from a file");
            _watch = MountWatch.Start(_temp.Root);
        }

        public void AssertImageEqualsTree(Manifest manifest)
        {
            var number = ++_number;
            var (image, tree, point) = (_temp.At($"{number}.erofs"), _temp.At($"{number}.tree"), _temp.MakeFolder($"{number}.mount"));
            File.WriteAllBytes(image, ErofsImage.Write(manifest, ManifestText.DigestOf(manifest)));
            if (ToolRun.Locate("fsck.erofs") is not null)
            {
                ToolRun.Run("fsck.erofs", image).Succeed();
            }

            TreeMaker.Make(manifest, tree);

            // mount(8) of a file would set up a loop device; views do without.
            const ulong readOnly = 1;
            Assert.True(mount(image, point, "erofs", readOnly, 0) == 0, $"the image does not mount: {Marshal.GetLastPInvokeErrorMessage()} ({TestSeed.Hint})");
            try
            {
                SeenEntry.AssertSame([.. Lines(tree)], [.. Lines(point)], "image and tree");
            }
            finally
            {
                ToolRun.Run("umount", point).Succeed();
            }

            FolderRemoval.Remove(tree);
        }

        /// <summary>The whiteout of the objects has no time of its own, and of the manifests' no path.</summary>
        private static IEnumerable<string> Lines(string folder) => SeenEntry.Below(folder).Where(line => !line.StartsWith("/.ez-objects ", StringComparison.Ordinal));

        [DllImport("libc", SetLastError = true)]
        [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
        private static extern int mount(string source, string target, string fileSystem, ulong flags, nint options);

        public void Dispose()
        {
            _watch?.AssertNothingLeft();
            _temp.Dispose();
        }
    }
}
