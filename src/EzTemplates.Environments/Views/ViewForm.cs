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
    private const string PlainUpper = "metacopy=off,redirect_dir=off,index=off,xino=off";

    // What userxattr demands: `off` would follow what it does not make.
    private const string PlainUpperOfUsers = "metacopy=off,redirect_dir=nofollow,index=off,xino=off,userxattr";
    private const string FollowingLower = "metacopy=on,redirect_dir=on";

    /// <exception cref="EzException">Environment: no form works on this kernel.</exception>
    public static ViewForm ForKernel(System.Version kernel)
    {
        ArgumentNullException.ThrowIfNull(kernel);
        return kernel switch
        {
            _ when kernel >= new System.Version(6, 16) => ViewForm.OneOverlay,
            _ when kernel >= new System.Version(6, 5) => ViewForm.TwoOverlays,
            _ when kernel >= new System.Version(4, 19) => ViewForm.TwoOverlaysMerged,
            _ => throw new EzException(FailureKind.Environment, $"Linux `{kernel}` cannot show an environment: views need 4.19 or newer", "boot a newer kernel"),
        };
    }

    public static ViewForm OfThisKernel() => ForKernel(Environment.OSVersion.Version);

    /// <summary>The kind of metadata layer that views get here.</summary>
    public static LayerKind LayerOfThisKernel() => LowerLayer.OfThisKernel;

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

    /// <summary>In a user namespace an overlay takes bytes from another layer since 6.16, and only as the first form does.</summary>
    /// <exception cref="EzException">Environment: the store is an ordinary user's, and this form is not for such.</exception>
    public static ViewForm RequireFor(this ViewForm form, StoreIds ids)
    {
        ArgumentNullException.ThrowIfNull(ids);
        return form == ViewForm.OneOverlay || !ids.IsRootless ? form : throw new EzException(
            FailureKind.Environment,
            $"an ordinary user's environments need Linux 6.16 or newer; this is {Environment.OSVersion.Version}{(OfThisKernel() == form ? "" : $", and the form `{NameOf(form)}` is asked for")}",
            "boot a newer kernel, or run as root, in a store of root's");
    }

    /// <summary>Whether processes inside the view can mount an overlay on it: overlays stack two deep at most.</summary>
    public static bool AllowsOverlayInside(this ViewForm form) => form == ViewForm.OneOverlay;

    /// <summary>
    /// Options of the environment's own overlay. All paths are relative to the store's root: they need no escapes then, and fit
    /// mount(2)'s one page whatever the root is.
    /// </summary>
    internal static string UpperOptions(this ViewForm form, ReadyLayer layer, Sha256Digest manifest, EnvironmentName name, OverlayAttributes attributes) =>
        UpperOptions(form == ViewForm.OneOverlay ? form.LowerLayers(layer) : SharedPoint(manifest), $"environments/{name}/private", $"environments/{name}/work", attributes);

    internal static string UpperOptions(string lower, string upper, string work, OverlayAttributes attributes) =>
        $"lowerdir={lower},upperdir={upper},workdir={work},{(attributes == OverlayAttributes.Trusted ? PlainUpper : PlainUpperOfUsers)}";

    /// <summary>As <see cref="UpperOptions(string, string, string, OverlayAttributes)"/> for what need not outlive the mount: nothing is synced at its end (5.10).</summary>
    internal static string ThrowAwayOptions(this ViewForm form, string lower, string upper, string work, OverlayAttributes attributes) =>
        UpperOptions(lower, upper, work, attributes) + (form == ViewForm.TwoOverlaysMerged ? "" : ",volatile");

    /// <summary>What shows a manifest, below whatever is private.</summary>
    internal static string LowerLayers(this ViewForm form, ReadyLayer layer) => $"{layer.Path}{(form == ViewForm.TwoOverlaysMerged ? ":" : "::")}store/data";

    /// <summary>Options of the read-only overlay that all environments of a manifest share; null where there is none.</summary>
    internal static string? SharedOptions(this ViewForm form, ReadyLayer layer) =>
        form == ViewForm.OneOverlay ? null : $"{FollowingLower},lowerdir={form.LowerLayers(layer)}";

    /// <summary>Where the shared overlay is mounted, relative to the store's root.</summary>
    internal static string SharedPoint(Sha256Digest manifest) => $"store/views/{manifest}";
}
