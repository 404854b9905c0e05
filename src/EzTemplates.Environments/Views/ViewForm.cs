using EzTemplates.Domain;
using EzTemplates.Store;

namespace EzTemplates.Environments;

/// <summary>How a view is built of overlays, by what the kernel can; the same metadata layers and private areas serve each.</summary>
public enum ViewForm
{
    /// <summary>Since 6.16: private area over metadata layer over objects as a data-only layer, in one overlay. Another overlay may be made inside it.</summary>
    OneOverlay,

    /// <summary>6.5 to 6.15: a read-only overlay per manifest (metadata layer over data-only objects), and a plain one per environment over that.</summary>
    TwoOverlays,

    /// <summary>4.19 to 6.4: the same, with the objects as an ordinary lower layer that the layer's whiteout hides.</summary>
    TwoOverlaysMerged,
}

public static class ViewForms
{
    // Of the upper overlay always: with metacopy or redirects in the private area, a chmod-ed file shows the old size with new content
    // after a remap, and a file that is gone gives EIO.
    private static readonly (System.Version Since, string Option)[] PlainUpper =
    [
        (new(4, 19), "metacopy=off"),
        (new(4, 10), "redirect_dir=off"),
        (new(4, 13), "index=off"),
        (new(4, 17), "xino=off"),
    ];

    // What userxattr demands: `off` would follow what it does not make.
    private const string PlainUpperOfUsers = "metacopy=off,redirect_dir=nofollow,index=off,xino=off,userxattr";
    private const string FollowingLower = "metacopy=on,redirect_dir=on";

    private static readonly System.Version OneSince = new(6, 16);
    private static readonly System.Version TwoSince = new(6, 5);
    private static readonly System.Version MergedSince = new(4, 19);
    private static readonly System.Version UsersSince = new(5, 11);
    private static readonly System.Version VolatileSince = new(5, 10);

    /// <summary>Over a layer of any kind but a copy, which is shown by one overlay everywhere.</summary>
    public static ViewForm ForKernel(System.Version kernel)
    {
        ArgumentNullException.ThrowIfNull(kernel);
        return kernel >= OneSince ? ViewForm.OneOverlay : kernel >= TwoSince ? ViewForm.TwoOverlays : ViewForm.TwoOverlaysMerged;
    }

    /// <summary>Over layers of a kind.</summary>
    /// <param name="asked">Null: what the kernel takes. A copy has no other form.</param>
    public static ViewForm OfThisKernel(LayerKind kind, ViewForm? asked = null) =>
        kind == LayerKind.Copy ? ViewForm.OneOverlay : asked ?? ForKernel(Environment.OSVersion.Version);

    /// <summary>The kind of metadata layer that views of a store get here.</summary>
    /// <param name="asked">Null: what the kernel takes.</param>
    /// <exception cref="EzException">Environment: an ordinary user's store, and no kind works, or not the one that is asked for.</exception>
    public static LayerKind LayerOfThisKernel(StoreIds ids, LayerKind? asked = null) => (asked, ids) switch
    {
        (LayerKind.Image, { IsRootless: true }) => throw new EzException(
            FailureKind.Environment, "only root may mount images, which EZ_VIEW_LAYER asks for", "unset EZ_VIEW_LAYER, or run as root, in a store of root's"),
        ({ } kind, _) => kind,
        _ => LayerFor(ids, Environment.OSVersion.Version),
    };

    /// <summary>A user's overlay takes bytes from another layer since 6.16, and there is one for users since 5.11; root's take them since 4.19.</summary>
    /// <exception cref="EzException">Environment: an ordinary user's store, and no kind works.</exception>
    public static LayerKind LayerFor(StoreIds ids, System.Version kernel)
    {
        ArgumentNullException.ThrowIfNull(ids);
        ArgumentNullException.ThrowIfNull(kernel);
        return (ids.IsRootless, kernel) switch
        {
            (true, _) when kernel >= OneSince => LayerKind.Tree,
            (true, _) when kernel >= UsersSince => LayerKind.Copy,
            (true, _) => throw new EzException(
                FailureKind.Environment,
                $"an ordinary user's environments need Linux {UsersSince} or newer; this is {kernel}",
                "boot a newer kernel, or run as root, in a store of root's"),
            (false, _) when kernel < MergedSince => LayerKind.Copy,
            _ => LowerLayer.OfThisKernel,
        };
    }

    /// <summary>The name that <see cref="EnvironmentHost.FormVariable"/> and <c>ez env show</c> use.</summary>
    public static string NameOf(ViewForm form) => form switch
    {
        ViewForm.OneOverlay => "one",
        ViewForm.TwoOverlays => "two",
        ViewForm.TwoOverlaysMerged => "two-merged",
        _ => throw new ArgumentOutOfRangeException(nameof(form)),
    };

    /// <exception cref="EzException">Usage: no such form.</exception>
    public static ViewForm? Parse(string? text) => text switch
    {
        null or "" => null,
        "one" => ViewForm.OneOverlay,
        "two" => ViewForm.TwoOverlays,
        "two-merged" => ViewForm.TwoOverlaysMerged,
        _ => throw new EzException(FailureKind.Usage, $"`{text}` is no form of a view", "use one, two or two-merged"),
    };

    /// <summary>In a user namespace an overlay takes bytes from another layer only as the first form does.</summary>
    /// <exception cref="EzException">Environment: the store is an ordinary user's, and this form is not for such.</exception>
    public static ViewForm RequireFor(this ViewForm form, StoreIds ids)
    {
        ArgumentNullException.ThrowIfNull(ids);
        return form == ViewForm.OneOverlay || !ids.IsRootless ? form : throw new EzException(
            FailureKind.Environment,
            $"an ordinary user's environments over trees have the form `{NameOf(ViewForm.OneOverlay)}`, and this would be `{NameOf(form)}`",
            "unset EZ_VIEW_FORM and EZ_VIEW_LAYER, or run as root, in a store of root's");
    }

    /// <summary>Whether processes inside the view can mount an overlay on it: overlays stack two deep at most.</summary>
    public static bool AllowsOverlayInside(this ViewForm form) => form == ViewForm.OneOverlay;

    /// <summary>
    /// Options of the environment's own overlay. All paths are relative to the store's root: they need no escapes then, and fit
    /// mount(2)'s one page whatever the root is.
    /// </summary>
    internal static string UpperOptions(this ViewForm form, ReadyLayer layer, Sha256Digest manifest, EnvironmentName name, OverlayAttributes attributes) =>
        UpperOptions(form.SharedOptions(layer) is null ? form.LowerLayers(layer) : SharedPoint(manifest), $"environments/{name}/private", $"environments/{name}/work", attributes);

    internal static string UpperOptions(string lower, string upper, string work, OverlayAttributes attributes) =>
        $"lowerdir={lower},upperdir={upper},workdir={work}{(attributes == OverlayAttributes.Trusted ? PlainUpperOf(Environment.OSVersion.Version) : "," + PlainUpperOfUsers)}";

    /// <summary>A kernel refuses options that it does not know yet, and has nothing then that they would switch off.</summary>
    internal static string PlainUpperOf(System.Version kernel) => string.Concat(PlainUpper.Where(row => kernel >= row.Since).Select(row => "," + row.Option));

    /// <summary>As <see cref="UpperOptions(string, string, string, OverlayAttributes)"/> for what need not outlive the mount: nothing is synced at its end (5.10).</summary>
    internal static string ThrowAwayOptions(string lower, string upper, string work, OverlayAttributes attributes) =>
        UpperOptions(lower, upper, work, attributes) + (Environment.OSVersion.Version < VolatileSince ? "" : ",volatile");

    /// <summary>What shows a manifest, below whatever is private.</summary>
    internal static string LowerLayers(this ViewForm form, ReadyLayer layer) => layer.Kind == LayerKind.Copy
        ? layer.Path
        : $"{layer.Path}{(form == ViewForm.TwoOverlaysMerged ? ":" : "::")}store/data";

    /// <summary>Options of the read-only overlay that all environments of a manifest share; null where there is none.</summary>
    internal static string? SharedOptions(this ViewForm form, ReadyLayer layer) =>
        form == ViewForm.OneOverlay || layer.Kind == LayerKind.Copy ? null : $"{FollowingLower},lowerdir={form.LowerLayers(layer)}";

    /// <summary>Where the shared overlay is mounted, relative to the store's root.</summary>
    internal static string SharedPoint(Sha256Digest manifest) => $"store/views/{manifest}";
}
