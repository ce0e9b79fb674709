"""What does somebody read and put their name to?"""

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from cms.accounts.policy import person_of, signed_in

from .agreements import CannotSignAgreement, current_agreement, sign_agreement, signature_for
from .models import Agreement
from .shift_forms import AgreeForm


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def agreement(request: HttpRequest, slug: str) -> HttpResponse:
    """The current version, to read and sign. What is signed is the version that was on the page."""
    current = current_agreement(slug)
    if current is None:
        raise Http404
    person = person_of(request)
    form = AgreeForm(request.POST or None)
    if form.is_valid():
        version = request.POST.get("version", "")
        read = Agreement.objects.filter(slug=slug, version=int(version)).first() if version.isdecimal() else None
        try:
            if read and read.pk != current.pk:
                raise CannotSignAgreement(_("There is a newer version now. Here it is: read it, then sign."))
            sign_agreement(agreement=current, person=person, at=timezone.now())
        except CannotSignAgreement as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, _("Signed. You find it here whenever you like."))
            return redirect("assessments:agreement", slug)
    signature = signature_for(person, slug)
    return render(
        request,
        "assessments/agreement.html",
        {
            "agreement": current,
            "signature": signature,
            "signed": signature is not None and signature.agreement.version == current.version,
            "form": form,
        },
        status=422 if form.errors else 200,
    )
